/* The host's services beside queries: cryptography and metrics. */
#include "engine.h"

#include "procedure_abi.h"

#define HASH_BYTES_MAX 64
/* A nonce in front of a sealed message, and a tag behind it. */
#define SEAL_BYTES 28
#define RANDOM_BYTES_MAX (1 << 20)

typedef struct {
  const uint8_t *at;
  uint32_t length;
} Bytes;

static Bytes bytes_of(mrb_value text) {
  return (Bytes){(const uint8_t *)RSTRING_PTR(text), (uint32_t)RSTRING_LEN(text)};
}

static mrb_value blob_or_error(mrb_state *mrb, int32_t status, const uint8_t *bytes,
                               uint32_t length) {
  if (status != STATUS_OK) raise_last_error(mrb);
  return blob(mrb, bytes, length);
}

static mrb_value holds_or_error(mrb_state *mrb, int32_t status) {
  if (status != STATUS_OK && status != STATUS_MISMATCH) raise_last_error(mrb);
  return mrb_bool_value(status == STATUS_OK);
}

static mrb_value crypto_hash(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int algorithm;
  mrb_value text;
  mrb_get_args(mrb, "iS", &algorithm, &text);
  Bytes data = bytes_of(text);
  uint8_t hash[HASH_BYTES_MAX];
  uint32_t length = sizeof hash;
  int32_t status = heliosdb_crypto_hash((uint32_t)algorithm, data.at, data.length, hash, &length);
  return blob_or_error(mrb, status, hash, length);
}

static mrb_value crypto_hmac(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int algorithm;
  mrb_value key_text, data_text;
  mrb_get_args(mrb, "iSS", &algorithm, &key_text, &data_text);
  Bytes key = bytes_of(key_text), data = bytes_of(data_text);
  uint8_t code[HASH_BYTES_MAX];
  uint32_t length = sizeof code;
  int32_t status = heliosdb_crypto_hmac((uint32_t)algorithm, key.at, key.length, data.at,
                                        data.length, code, &length);
  return blob_or_error(mrb, status, code, length);
}

static mrb_value crypto_random(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int length;
  mrb_get_args(mrb, "i", &length);
  if (length < 0 || length > RANDOM_BYTES_MAX) {
    mrb_raisef(mrb, E_RANGE_ERROR, "random bytes come 0 to %d at a time", RANDOM_BYTES_MAX);
  }
  mrb_value bytes = blob(mrb, NULL, (uint32_t)length);
  if (heliosdb_crypto_random((uint8_t *)RSTRING_PTR(bytes), (uint32_t)length) != STATUS_OK) {
    raise_last_error(mrb);
  }
  return bytes;
}

/* Sealing and opening have one form: the text that is given, and what is bound to it. */
typedef int32_t (*SealOrOpen)(uint32_t cipher, const uint8_t *key, uint32_t key_len,
                              const uint8_t *nonce, uint32_t nonce_len, const uint8_t *bound,
                              uint32_t bound_len, const uint8_t *given, uint32_t given_len,
                              uint8_t *made, uint32_t *made_len);

static mrb_value seal_or_open(mrb_state *mrb, SealOrOpen call) {
  mrb_int cipher;
  mrb_value parts[3];
  mrb_get_args(mrb, "iSSS", &cipher, &parts[0], &parts[1], &parts[2]);
  Bytes key = bytes_of(parts[0]), bound = bytes_of(parts[1]), given = bytes_of(parts[2]);
  uint32_t length = given.length + SEAL_BYTES;
  uint8_t *bytes = (uint8_t *)RSTRING_PTR(mrb_str_new(mrb, NULL, length));
  int32_t status = call((uint32_t)cipher, key.at, key.length, NULL, 0, bound.at, bound.length,
                        given.at, given.length, bytes, &length);
  return blob_or_error(mrb, status, bytes, length);
}

static mrb_value crypto_seal(mrb_state *mrb, mrb_value self) {
  (void)self;
  return seal_or_open(mrb, heliosdb_crypto_seal);
}

static mrb_value crypto_open(mrb_state *mrb, mrb_value self) {
  (void)self;
  return seal_or_open(mrb, heliosdb_crypto_open);
}

static mrb_value crypto_verify(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_int algorithm;
  mrb_value parts[3];
  mrb_get_args(mrb, "iSSS", &algorithm, &parts[0], &parts[1], &parts[2]);
  Bytes key = bytes_of(parts[0]), message = bytes_of(parts[1]), signature = bytes_of(parts[2]);
  return holds_or_error(
      mrb, heliosdb_crypto_verify((uint32_t)algorithm, key.at, key.length, message.at,
                                  message.length, signature.at, signature.length));
}

static mrb_value crypto_equal(mrb_state *mrb, mrb_value self) {
  (void)self;
  mrb_value parts[2];
  mrb_get_args(mrb, "SS", &parts[0], &parts[1]);
  Bytes left = bytes_of(parts[0]), right = bytes_of(parts[1]);
  return holds_or_error(mrb,
                        heliosdb_crypto_equal(left.at, left.length, right.at, right.length));
}

static mrb_value metric_count(mrb_state *mrb, mrb_value self) {
  (void)self;
  char *name;
  mrb_int length, amount;
  mrb_get_args(mrb, "si", &name, &length, &amount);
  if (heliosdb_metric_count(name, (uint32_t)length, amount) != STATUS_OK) raise_last_error(mrb);
  return mrb_nil_value();
}

static mrb_value metric_observe(mrb_state *mrb, mrb_value self) {
  (void)self;
  char *name;
  mrb_int length;
  mrb_float value;
  mrb_get_args(mrb, "sf", &name, &length, &value);
  if (heliosdb_metric_observe(name, (uint32_t)length, value) != STATUS_OK) raise_last_error(mrb);
  return mrb_nil_value();
}

void define_services(mrb_state *mrb, struct RClass *host) {
  mrb_define_class_method(mrb, host, "crypto_hash", crypto_hash, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "crypto_hmac", crypto_hmac, MRB_ARGS_REQ(3));
  mrb_define_class_method(mrb, host, "crypto_random", crypto_random, MRB_ARGS_REQ(1));
  mrb_define_class_method(mrb, host, "crypto_seal", crypto_seal, MRB_ARGS_REQ(4));
  mrb_define_class_method(mrb, host, "crypto_open", crypto_open, MRB_ARGS_REQ(4));
  mrb_define_class_method(mrb, host, "crypto_verify", crypto_verify, MRB_ARGS_REQ(4));
  mrb_define_class_method(mrb, host, "crypto_equal", crypto_equal, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "metric_count", metric_count, MRB_ARGS_REQ(2));
  mrb_define_class_method(mrb, host, "metric_observe", metric_observe, MRB_ARGS_REQ(2));
}
