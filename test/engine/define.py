"""Defines, changes and drops procedures through plain functions and prints what it saw as JSON.

Usage: define.py <extension file> <database file> <folder of guests>
"""

import json
import pathlib
import sys

import duckdb

extension, database, guests = sys.argv[1:]
report = {"duckdb": duckdb.__version__}
connection = duckdb.connect(database, config={"allow_unsigned_extensions": "true"})
connection.execute("LOAD '" + extension.replace("'", "''") + "'")


def guest(name):
    return (pathlib.Path(guests) / name).read_bytes()


def value(sql, parameters=None):
    return connection.execute(sql, parameters or []).fetchone()[0]


def attempt(sql, parameters=None):
    """What a statement returned, or the first line of its error."""
    try:
        return value(sql, parameters)
    except duckdb.Error as error:
        return str(error).splitlines()[0]


create = "SELECT heliosdb_create_procedure(?, ?, ?, ?, ?)"
short = "SELECT heliosdb_create_procedure(?, ?, ?, ?)"
identity, one, two = (
    guest(name) for name in ("identity.wat", "constant-1.wat", "constant-2.wat")
)
report["created"] = attempt(short, ["identity", "x BIGINT", "BIGINT", identity])
report["called"] = attempt("SELECT identity(42)")
report["again"] = attempt(short, ["identity", "x BIGINT", "BIGINT", identity])
options = json.dumps({"entry": "identity", "comment": "text", "timeout_ms": 500})
report["overload"] = attempt(create, ["identity", "x VARCHAR", "VARCHAR", identity, options])
report["both"] = [attempt("SELECT identity(1)"), attempt("SELECT identity('a')")]
report["limits"] = attempt(
    "SELECT limits->>'timeout_ms' FROM heliosdb_procedures() WHERE returns = 'VARCHAR'"
)
entry = json.dumps({"entry": "constant", "capabilities": ["read:t"]})
report["chosen"] = attempt(create, ["chosen", "", "BIGINT", one, entry])
report["version"] = attempt(
    "SELECT heliosdb_alter_procedure(?, ?, ?)",
    ["chosen", '{"add_version": null, "capabilities": ["read:t", "read:u"]}', two],
)
report["after"] = [
    attempt("SELECT chosen()"),
    attempt("SELECT chosen(version := 1)"),
]
report["back"] = attempt(
    "SELECT heliosdb_alter_procedure('chosen', '{\"use_version\": 1}')"
)
report["active"] = attempt("SELECT chosen()")
report["set"] = attempt(
    "SELECT heliosdb_alter_procedure('chosen', '{\"set\": {\"timeout_ms\": 5, \"on_error\": \"NULL\"}}')"
)
report["unknown"] = attempt(create, ["q", "", "BIGINT", one, '{"nosuch": 1}'])
report["broken"] = attempt(short, ["q", "", "BIGINT", b"\x00asm\x01"])
report["dropped"] = attempt("SELECT heliosdb_drop_procedure('chosen')")
report["gone"] = attempt("SELECT chosen()")
report["skipped"] = attempt(
    "SELECT heliosdb_drop_procedure('chosen', '{\"if_exists\": true}')"
)
connection.execute("ATTACH ':memory:' AS other")
report["attached"] = attempt(create, ["other.main.there", "x BIGINT", "BIGINT", identity, '{"entry": "identity"}'])
report["there"] = attempt("SELECT other.there(7)")

# The gateway's own way in, with every argument a bound parameter.
statement = {
    "kind": "create_procedure",
    "schema": "main",
    "name": "planned",
    "parameters": [{"name": "x", "type": "BIGINT", "default": None}],
    "returns": "BIGINT",
    "entry": "identity",
}
plan = json.loads(
    value("SELECT heliosdb_plan_ddl(?, ?, ?)", [json.dumps(statement), identity, None])
)
connection.execute("BEGIN")
for sql in plan["statements"]:
    connection.execute(sql)
connection.execute("COMMIT")
report["planned"] = attempt("SELECT planned(8)")
print(json.dumps(report, default=str))
