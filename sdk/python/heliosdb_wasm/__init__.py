"""The database, as a procedure in Python sees it.

Inside a procedure the engine provides what this module calls; elsewhere every function raises.

==========================================  ====================================================
SQL                                         Python
==========================================  ====================================================
BOOLEAN                                     bool
integers of any width, HUGEINT, BIGNUM      int
FLOAT, DOUBLE                               float
DECIMAL                                     decimal.Decimal; arithmetic keeps 38 digits, as SQL
VARCHAR, ENUM, JSON, BIT                    str (a JSON parameter with the hint dict or list is
                                            parsed)
BLOB                                        bytes
DATE, TIME, TIMESTAMP                       datetime.date, time, datetime
TIMESTAMP WITH TIME ZONE, TIME WITH …       datetime and time with tzinfo, UTC for the former
TIMESTAMP_NS, TIME_NS                       TimestampNs, TimeNs: with the attribute nanosecond
INTERVAL                                    datetime.timedelta, or Interval where it has months
UUID                                        uuid.UUID
LIST, ARRAY                                 list
STRUCT, MAP, UNION                          dict; a MAP's keys may be of any type
NULL                                        None
==========================================  ====================================================

The same holds for query parameters and results. Enums give their value, dataclasses and named
tuples become a STRUCT or JSON object, sets become lists.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import uuid
from typing import Any, Iterable, Literal, Mapping, NamedTuple, NoReturn, Sequence, Union

from heliosdb_wasm._services import (
    Cursor,
    FetchResponse,
    heliosdb_crypto_equal,
    heliosdb_crypto_hash,
    heliosdb_crypto_hmac,
    heliosdb_crypto_open,
    heliosdb_crypto_random,
    heliosdb_crypto_seal,
    heliosdb_crypto_verify,
    heliosdb_cursor_open,
    heliosdb_fetch,
    heliosdb_folders,
    heliosdb_metric_count,
    heliosdb_metric_observe,
    host as _host,
    parameter_list as _parameter_list,
)

__version__ = "0.1.0"
__all__ = [
    "Cursor",
    "FetchResponse",
    "Interval",
    "ProcedureError",
    "QueryError",
    "QueryResult",
    "TimeNs",
    "TimestampNs",
    "heliosdb_begin_tx",
    "heliosdb_commit_tx",
    "heliosdb_crypto_equal",
    "heliosdb_crypto_hash",
    "heliosdb_crypto_hmac",
    "heliosdb_crypto_open",
    "heliosdb_crypto_random",
    "heliosdb_crypto_seal",
    "heliosdb_crypto_verify",
    "heliosdb_cursor_open",
    "heliosdb_error",
    "heliosdb_fetch",
    "heliosdb_folders",
    "heliosdb_log",
    "heliosdb_metric_count",
    "heliosdb_metric_observe",
    "heliosdb_now",
    "heliosdb_query",
    "heliosdb_query_params",
    "heliosdb_rollback_tx",
]

LogLevel = Union[Literal["debug", "info", "warn", "error", 0, 1, 2, 3], str, int]
_LEVELS = {"debug": 0, "info": 1, "warn": 2, "warning": 2, "error": 3, "critical": 3}


class ProcedureError(Exception):
    """Ends the procedure with a message and a code. Any other exception has code 1."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


class QueryError(Exception):
    """What the database raised, with its SQLSTATE: five characters such as ``42P01``."""

    def __init__(self, message: str, sqlstate: str = "XX000") -> None:
        super().__init__(message)
        self.sqlstate = sqlstate


class Column(NamedTuple):
    """A column of a result."""

    name: str
    type: str


class QueryResult(list):
    """The rows of a query, each a dict from column to value, with what is known of the columns."""

    columns: Sequence[Column] = ()


class Interval(NamedTuple):
    """A span with months, which have no length of their own."""

    months: int
    days: int = 0
    microseconds: int = 0


class TimestampNs(datetime.datetime):
    """A datetime with the nanoseconds (0 to 999) that follow its microseconds."""

    nanosecond: int = 0


class TimeNs(datetime.time):
    """A time with the nanoseconds (0 to 999) that follow its microseconds."""

    nanosecond: int = 0


def heliosdb_query(
    sql: str,
    parameters: Iterable[Any] | None = None,
) -> QueryResult:
    """Runs one SQL statement, with values for its ``?`` or ``$1`` placeholders."""
    if type(parameters) is not list:
        parameters = _parameter_list(parameters)
    return _host().query(sql, parameters)


def heliosdb_query_params(sql: str, parameters: Iterable[Any]) -> QueryResult:
    """Runs one SQL statement with values for its ``?`` or ``$1`` placeholders."""
    return heliosdb_query(sql, parameters)


def heliosdb_log(level: LogLevel, message: object) -> None:
    """Writes a line to the procedure's log; ``print`` writes one too, at level info."""
    number = _LEVELS.get(level, -1) if isinstance(level, str) else level
    if number not in (0, 1, 2, 3):
        raise ValueError(f"a log level is debug, info, warn or error, and not {level!r}")
    _host().log(number, str(message))


def heliosdb_error(code: int, message: str) -> NoReturn:
    """Ends the procedure with an error. Raising any exception does the same, with code 1."""
    raise ProcedureError(message, code)


def heliosdb_begin_tx() -> None:
    """Begins a transaction for the queries that follow."""
    _host().begin_tx()


def heliosdb_commit_tx() -> None:
    """Makes what was written since ``heliosdb_begin_tx`` permanent."""
    _host().commit_tx()


def heliosdb_rollback_tx() -> None:
    """Undoes what was written since ``heliosdb_begin_tx``."""
    _host().rollback_tx()


def heliosdb_now() -> datetime.datetime:
    """The moment the statement began, in UTC; ``datetime.now()`` is the same moment."""
    micros = _host().now()
    return _EPOCH + datetime.timedelta(microseconds=micros)


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


# --- What the engine calls for values that are not plain. ---

# Numbers of MessagePack extensions, as in runtime/abi/procedure-abi.yaml.
_EXT_DECIMAL = 1
_EXT_TIME = 4
_EXT_TIMESTAMP_TZ = 6
_EXT_INTERVAL = 7
_EXT_UUID = 8
_EXT_TIME_TZ = 10
_EXT_TIME_NS = 12
_EXT_TIMESTAMP_NS = 15


def _time_ns(time: datetime.time, nanosecond: int) -> TimeNs:
    made = TimeNs(time.hour, time.minute, time.second, time.microsecond)
    made.nanosecond = nanosecond
    return made


def _timestamp_ns(moment: datetime.datetime, nanosecond: int) -> TimestampNs:
    made = TimestampNs.combine(moment.date(), moment.time())
    made.nanosecond = nanosecond
    return made


def _integer(digits: str) -> int:
    return int(decimal.Decimal(digits))


def _digits(value: int) -> str:
    # str() refuses very long numbers, Decimal does not.
    return format(decimal.Decimal(value), "f")


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(_frozen(item) for item in value)
    if isinstance(value, dict):
        return tuple((key, _frozen(item)) for key, item in value.items())
    return value


def _little_endian(value: int, width: int) -> bytes:
    return value.to_bytes(width, "little", signed=True)


def _micros_of(time: datetime.time) -> int:
    seconds = time.hour * 3600 + time.minute * 60 + time.second
    return seconds * 1_000_000 + time.microsecond


def _interval(months: int, days: int, micros: int) -> tuple[int, bytes]:
    parts = _little_endian(months, 4) + _little_endian(days, 4) + _little_endian(micros, 8)
    return _EXT_INTERVAL, parts


def _to_sql(value: Any) -> Any:
    """Says what a value is in SQL: a plainer value, or an extension's number with its bytes."""
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            raise ValueError(f"Decimal('{value}') has no SQL counterpart; use a float")
        return _EXT_DECIMAL, format(value, "f").encode()
    if isinstance(value, TimestampNs) and value.tzinfo is None:
        whole = value - datetime.datetime(1970, 1, 1)
        micros = whole // datetime.timedelta(microseconds=1)
        return _EXT_TIMESTAMP_NS, _little_endian(micros * 1000 + value.nanosecond, 8)
    if isinstance(value, datetime.datetime):
        if value.tzinfo is None:
            return datetime.datetime.combine(value.date(), value.time())
        micros = (value - _EPOCH) // datetime.timedelta(microseconds=1)
        return _EXT_TIMESTAMP_TZ, _little_endian(micros, 8)
    if isinstance(value, datetime.time):
        return _time_to_sql(value)
    if isinstance(value, datetime.timedelta):
        # Both parts with one sign, as a person writes it: minus one hour, not a day less 23 hours.
        days, rest = divmod(abs(value), datetime.timedelta(days=1))
        sign = -1 if value < datetime.timedelta(0) else 1
        return _interval(0, sign * days, sign * (rest // datetime.timedelta(microseconds=1)))
    if isinstance(value, Interval):
        return _interval(*value)
    if isinstance(value, uuid.UUID):
        return _EXT_UUID, value.bytes
    return _document(value)


def _time_to_sql(value: datetime.time) -> tuple[int, bytes]:
    micros = _micros_of(value)
    offset = value.utcoffset()
    if offset is not None:
        seconds = int(offset.total_seconds())
        return _EXT_TIME_TZ, _little_endian(micros, 8) + _little_endian(seconds, 4)
    if isinstance(value, TimeNs):
        return _EXT_TIME_NS, _little_endian(micros * 1000 + value.nanosecond, 8)
    return _EXT_TIME, _little_endian(micros, 8)


def _document(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, tuple):
        names = getattr(value, "_fields", None)
        return list(value) if names is None else dict(zip(names, value))
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, (set, frozenset, range)):
        return list(value)
    for plain in (int, float, str):
        if isinstance(value, plain):
            return plain(value)
    kind = type(value).__name__
    raise TypeError(f"a {kind} has no SQL counterpart; return a plain value, a list or a dict")
