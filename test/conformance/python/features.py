"""The procedures of ../cases.yaml in Python."""

import datetime
import decimal
import json

from heliosdb_wasm import (
    heliosdb_begin_tx,
    heliosdb_log,
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
