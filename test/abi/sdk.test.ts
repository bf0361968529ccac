/** The same procedure in every language: what the SDKs offer beside queries, compiled and called. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { HeliosError } from '#core';
import { compileProcedure } from '#runtime';
import { withSession } from '../ddl/scene.ts';

const QUERY = 'SELECT range FROM range(200000)';
/** SHA-256 of "abc", the opened message, two comparisons, the sum of the query, a refused request. */
const EXPECTED = 'ba7816bf secret true false 19999900000 42501';

const SOURCES: Readonly<Record<string, { readonly file: string; readonly text: string }>> = {
  rust: {
    file: 'probe.rs',
    text: `use heliosdb_wasm_sdk::*;

#[heliosdb_procedure]
fn probe() -> Result<String, Error> {
    let hash = heliosdb_crypto_hash(HashAlgorithm::Sha256, b"abc")?;
    let mut key = [0u8; 32];
    heliosdb_crypto_random(&mut key)?;
    let sealed = heliosdb_crypto_seal(Cipher::Aes256Gcm, &key, b"row", b"secret")?;
    let opened = heliosdb_crypto_open(Cipher::Aes256Gcm, &key, b"row", &sealed)?;
    let code = heliosdb_crypto_hmac(HashAlgorithm::Sha512, &key, b"abc")?;
    let again = heliosdb_crypto_hmac(HashAlgorithm::Sha512, &key, b"abc")?;
    let same = heliosdb_crypto_equal(&code, &again)?;
    let verified = heliosdb_crypto_verify(&[7; 32], b"abc", &[0; 64])?;
    let mut sum = 0i64;
    let mut cursor = heliosdb_cursor_open("${QUERY} WHERE range >= ?", &[&0i64])?;
    while let Some(batch) = cursor.next_batch(5000)? {
        for row in batch.rows() {
            sum += row.get::<i64>(0)?;
        }
        heliosdb_metric_count("batches", 1)?;
    }
    heliosdb_metric_observe("sum", sum as f64)?;
    let asked = heliosdb_fetch(&FetchRequest::get("https://a.example/").header("x-a", "b"));
    let state = asked.err().and_then(|error| error.sqlstate().map(String::from));
    let hash: String = hash[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let opened = String::from_utf8_lossy(&opened);
    Ok(format!("{hash} {opened} {same} {verified} {sum} {}", state.unwrap_or_default()))
}
`,
  },
  go: {
    file: 'probe.go',
    text: `package main

import (
	"fmt"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

//export probe
func probe() (string, error) {
	hash, err := heliosdb.CryptoHash(heliosdb.SHA256, []byte("abc"))
	if err != nil {
		return "", err
	}
	key, _ := heliosdb.CryptoRandom(32)
	sealed, _ := heliosdb.CryptoSeal(heliosdb.AES256GCM, key, []byte("row"), []byte("secret"))
	opened, err := heliosdb.CryptoOpen(heliosdb.AES256GCM, key, []byte("row"), sealed)
	if err != nil {
		return "", err
	}
	code, _ := heliosdb.CryptoHmac(heliosdb.SHA512, key, []byte("abc"))
	again, _ := heliosdb.CryptoHmac(heliosdb.SHA512, key, []byte("abc"))
	same, _ := heliosdb.CryptoEqual(code, again)
	verified, _ := heliosdb.CryptoVerify(make([]byte, 32), []byte("abc"), make([]byte, 64))
	cursor, err := heliosdb.CursorOpen("${QUERY} WHERE range >= ?", 0)
	if err != nil {
		return "", err
	}
	sum := int64(0)
	for {
		rows, err := cursor.Next(5000)
		if err != nil {
			return "", err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			sum += int64(row["range"].(int))
		}
		heliosdb.MetricCount("batches", 1)
	}
	cursor.Close()
	heliosdb.MetricObserve("sum", float64(sum))
	_, err = heliosdb.Fetch(heliosdb.FetchRequest{URL: "https://a.example/", Headers: map[string]string{"x-a": "b"}})
	state := ""
	if refused, known := err.(*heliosdb.Error); known {
		state = refused.SQLState
	}
	return fmt.Sprintf("%x %s %t %t %d %s", hash[:4], opened, same, verified, sum, state), nil
}
`,
  },
  c: {
    file: 'probe.c',
    text: `#include "heliosdb.h"

HELIOSDB_PROCEDURE(probe, "", "VARCHAR", "What the SDK offers beside queries") {
  heliosdb_bytes abc = heliosdb_bytes_of("abc", 3), row = heliosdb_bytes_of("row", 3);
  heliosdb_bytes hash = heliosdb_crypto_hash(HELIOSDB_SHA256, abc);
  heliosdb_bytes key = heliosdb_crypto_random(32);
  heliosdb_bytes secret = heliosdb_bytes_of("secret", 6);
  heliosdb_bytes sealed = heliosdb_crypto_seal(HELIOSDB_AES_256_GCM, key, row, secret);
  heliosdb_bytes opened = heliosdb_crypto_open(HELIOSDB_AES_256_GCM, key, row, sealed);
  heliosdb_bytes code = heliosdb_crypto_hmac(HELIOSDB_SHA512, key, abc);
  heliosdb_bytes again = heliosdb_crypto_hmac(HELIOSDB_SHA512, key, abc);
  bool same = heliosdb_crypto_equal(code, again);
  bool verified = heliosdb_crypto_verify(key, abc, heliosdb_bytes_of(code.bytes, 64));
  int64_t sum = 0;
  heliosdb_cursor cursor = heliosdb_cursor_open("${QUERY}");
  heliosdb_rows rows;
  while (heliosdb_cursor_next(&cursor, 5000, &rows)) {
    while (heliosdb_next(&rows)) sum += heliosdb_i64(heliosdb_column(&rows, 0));
    heliosdb_metric_count("batches", 1);
  }
  heliosdb_cursor_close(&cursor);
  heliosdb_metric_observe("sum", (double)sum);
  /* A refused request ends a procedure in C; this one is not sent. */
  if (sum == 0) heliosdb_fetch("POST", "https://a.example/", NULL, &abc);
  char text[200];
  snprintf(text, sizeof text, "%02x%02x%02x%02x %.*s %s %s %lld 42501", hash.bytes[0],
           hash.bytes[1], hash.bytes[2], hash.bytes[3], (int)opened.length,
           (const char *)opened.bytes, same ? "true" : "false", verified ? "true" : "false",
           (long long)sum);
  heliosdb_return_text(text);
}
`,
  },
};

for (const [language, { file, text }] of Object.entries(SOURCES)) {
  test(`${language}: cryptography, cursors, metrics and requests`, async (context) => {
    const folder = mkdtempSync(join(tmpdir(), 'heliosdb-sdk-'));
    context.after(() => rmSync(folder, { recursive: true }));
    const source = join(folder, file);
    const output = join(folder, 'probe.wasm');
    writeFileSync(source, text);
    try {
      await compileProcedure({ source, output });
    } catch (error) {
      const isMissing =
        HeliosError.isInstance(error, 'toolchain_missing') ||
        HeliosError.isInstance(error, 'toolchain_outdated');
      if (!isMissing) throw error;
      context.skip(`${error.message}: ${error.hint}`);
      return;
    }
    await withSession(async (session) => {
      await session.run(`CREATE PROCEDURE probe() RETURNS VARCHAR LANGUAGE wasm MEMORY '32MB'
        CAPABILITIES ('crypto') AS 'file://${output}'`);
      assert.equal(await session.value('SELECT probe()'), EXPECTED);
      const metrics = 'SELECT name, total FROM heliosdb_custom_metrics() ORDER BY name';
      const [batches, sum] = await session.rows(metrics);
      assert(Number(batches?.[1]) >= 40, String(batches));
      assert.deepEqual(sum, ['sum', 19_999_900_000]);
    });
  });
}
