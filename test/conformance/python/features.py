"""The procedures of ../cases.yaml in Python."""

import datetime
import decimal
import json
import uuid

from heliosdb_wasm import (
    Interval,
    TimestampNs,
    heliosdb_begin_tx,
    heliosdb_commit_tx,
    heliosdb_crypto_equal,
    heliosdb_crypto_hash,
    heliosdb_crypto_hmac,
    heliosdb_crypto_open,
    heliosdb_crypto_random,
    heliosdb_crypto_seal,
    heliosdb_crypto_verify,
    heliosdb_cursor_open,
    heliosdb_fetch,
    heliosdb_log,
    heliosdb_metric_count,
    heliosdb_metric_observe,
    heliosdb_now,
    heliosdb_query,
    heliosdb_rollback_tx,
)


class CodedError(Exception):
    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


def same_bigint(v: int) -> int:
    return v


def same_hugeint(v: int) -> int:
    return v


def same_double(v: float) -> float:
    return v


def same_decimal(v: decimal.Decimal) -> decimal.Decimal:
    return v


def same_boolean(v: bool) -> bool:
    return v


def same_text(v: str) -> str:
    return v


def same_blob(v: bytes) -> bytes:
    return bytes(v)


def same_date(v: datetime.date) -> datetime.date:
    return v


def same_timestamp(v: datetime.datetime) -> datetime.datetime:
    return v


def same_list(v: list) -> list:
    return [item for item in v]


def same_struct(v: dict) -> dict:
    return {"a": v["a"], "b": v["b"]}


def same_json(v: str) -> dict:
    return json.loads(v)


def is_null(v: int | None) -> bool:
    return v is None


def give_null() -> int | None:
    return None


def count_items() -> int:
    return heliosdb_query("SELECT count(*) AS n FROM items")[0]["n"]


def find_item(label: str) -> int | None:
    rows = heliosdb_query("SELECT id FROM items WHERE label = ?", [label])
    return rows[0]["id"] if rows else None


def query_text(size: int) -> int:
    return len(heliosdb_query("SELECT repeat('x', ?) AS text", [size])[0]["text"])


def query_absent() -> int:
    return heliosdb_query("SELECT id FROM absent_table")[0]["id"]


def make_text(size: int) -> str:
    return "x" * size


def log_warning(message: str) -> bool:
    heliosdb_log("warn", message)
    return True


def fail_with(code: int, message: str) -> int:
    raise CodedError(code, message)


def crash(v: int) -> int:
    return 1 // v


def insert_and_roll_back() -> int:
    heliosdb_begin_tx()
    heliosdb_query("INSERT INTO items VALUES (4, 'new')")
    seen = count_items()
    heliosdb_rollback_tx()
    return seen


def now_micros(v: int) -> int:
    return int(heliosdb_now().timestamp() * 1_000_000)


def same_ubigint(v: int) -> int:
    return v


def same_float(v: float) -> float:
    return v


def same_wide_decimal(v: decimal.Decimal) -> decimal.Decimal:
    return v


def same_time(v: datetime.time) -> datetime.time:
    return v


def same_time_tz(v: datetime.time) -> datetime.time:
    return v


def same_timestamp_tz(v: datetime.datetime) -> datetime.datetime:
    return v


def same_timestamp_ns(v: TimestampNs) -> TimestampNs:
    return v


def same_interval(v: Interval) -> Interval:
    return v


def same_uuid(v: uuid.UUID) -> uuid.UUID:
    return v


def same_bit(v: str) -> str:
    return v


def same_enum(v: str) -> str:
    return v


def same_map(v: dict) -> dict:
    return v


def same_number_map(v: dict) -> dict:
    return v


def same_array(v: list) -> list:
    return v


def same_nested(v: dict) -> dict:
    return v


def same_union(v: dict) -> dict:
    return v


def bind_decimal(v: decimal.Decimal) -> decimal.Decimal:
    return heliosdb_query("SELECT ? + 1 AS sum", [v])[0]["sum"]


def sum_rows(size: int) -> int:
    return sum(row["range"] for row in heliosdb_query("SELECT range FROM range(?)", [size]))


def sum_cursor(size: int) -> int:
    return sum(row["range"] for row in heliosdb_cursor_open("SELECT range FROM range(?)", [size]))


def make_list(size: int) -> list[int]:
    return list(range(size))


def hash_text(v: str) -> bytes:
    return heliosdb_crypto_hash("sha256", v)


def code_text(key: bytes, v: str) -> bytes:
    return heliosdb_crypto_hmac("sha512", key, v)


def seal_and_open(v: str) -> str:
    key = heliosdb_crypto_random(32)
    sealed = heliosdb_crypto_seal("chacha20_poly1305", key, v, b"row")
    opened = heliosdb_crypto_open("chacha20_poly1305", key, sealed, b"row")
    return f"{opened.decode()} {str(heliosdb_crypto_equal(opened, v)).lower()}"


def verify(key: bytes, message: str, signature: bytes) -> bool:
    return heliosdb_crypto_verify(key, message, signature)


def post(url: str, body: str) -> str:
    answer = heliosdb_fetch(url, method="POST", headers={"x-note": "seven"}, body=body)
    return f"{answer.status} {answer.text()}"


def measure(name: str) -> bool:
    heliosdb_metric_count(name, 2)
    heliosdb_metric_observe("size", 1.5)
    return True


def write_and_commit(note: str) -> bool:
    heliosdb_begin_tx()
    heliosdb_query("INSERT INTO journal VALUES (?)", [note])
    heliosdb_commit_tx()
    return True


def write_and_leave(note: str) -> bool:
    heliosdb_begin_tx()
    heliosdb_query("INSERT INTO journal VALUES (?)", [note])
    return True


def spin(v: int) -> int:
    while True:
        v += 1


def hoard(size: int) -> int:
    hoarded = ["x" * (1 << 20) + str(index) for index in range(size)]
    return len(hoarded)
