"""Calls a procedure that reads a large result through cursors and prints what it saw as JSON.

Usage: stream.py <extension file> <folder with guests>
"""

import json
import pathlib
import sys

import duckdb

extension, guests = sys.argv[1:]
connection = duckdb.connect(
    config={"allow_unsigned_extensions": "true", "threads": "2"}
)
connection.execute("LOAD '" + extension.replace("'", "''") + "'")
module = pathlib.Path(guests, "cursor-sum.wat").read_bytes()
connection.execute("SELECT heliosdb_migrate()")
connection.execute(
    "SELECT heliosdb_create_procedure('cursor_sum', 'query VARCHAR, size INTEGER', 'VARCHAR', ?, ?)",
    [module, json.dumps({"entry": "cursor_sum"})],
)


def read(sql):
    try:
        return connection.execute("SELECT cursor_sum(?, 65536)", [sql]).fetchone()[0]
    except duckdb.Error as error:
        return str(error)


def counts():
    rows = connection.execute(
        "SELECT name, value FROM heliosdb_engine_stats() WHERE name LIKE 'cursors_%'"
    ).fetchall()
    return dict(rows)


report = {"duckdb": duckdb.__version__}
report["large"] = read("SELECT range FROM range(200000)")
report["counts"] = counts()
# An error after rows were handed out must not look like the end of the result.
report["late"] = read(
    "SELECT CASE WHEN range = 150000 THEN error('late') ELSE range END FROM range(200000)"
)
report["parallel"] = connection.execute(
    "SELECT count(DISTINCT cursor_sum('SELECT range FROM range(' || (1000 + range % 7) || ')', 65536)) "
    "FROM range(5000)"
).fetchone()[0]
report["after"] = read("SELECT range FROM range(10)")
print(json.dumps(report, default=int))
