package io.heliosdb.wasm;

/** Numbers of the contract with the host, checked against runtime/abi by a test. */
final class Contract {
  static final int ABI_VERSION = 0x1_0002;
  static final int VALUE_FORMAT_MESSAGE_PACK = 1;

  static final int STATUS_OK = 0;
  static final int STATUS_BUFFER_TOO_SMALL = 1;
  static final int STATUS_ERROR = 2;
  static final int STATUS_END = 3;
  static final int STATUS_MISMATCH = 4;

  static final int TYPE_BOOLEAN = 1;
  static final int TYPE_BIGINT = 5;
  static final int TYPE_DOUBLE = 11;
  static final int TYPE_VARCHAR = 17;
  static final int TYPE_SQLNULL = 36;
  static final int TYPE_MESSAGE_PACK = 1001;

  static final int EXT_DECIMAL = 1;
  static final int EXT_HUGEINT = 2;
  static final int EXT_DATE = 3;
  static final int EXT_TIME = 4;
  static final int EXT_TIMESTAMP = 5;
  static final int EXT_TIMESTAMP_TZ = 6;
  static final int EXT_INTERVAL = 7;
  static final int EXT_UUID = 8;
  static final int EXT_BIT = 9;
  static final int EXT_TIME_TZ = 10;
  static final int EXT_BIGNUM = 11;
  static final int EXT_TIME_NS = 12;
  static final int EXT_TIMESTAMP_S = 13;
  static final int EXT_TIMESTAMP_MS = 14;
  static final int EXT_TIMESTAMP_NS = 15;

  static final int DEPTH_MAX = 64;

  private Contract() {}
}
