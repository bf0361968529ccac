"""Loads the engine into Python's DuckDB, calls a stored procedure and prints what it saw as JSON.

Usage: load_and_call.py <extension file> <database file>
"""

import json
import sys

import duckdb

extension, database = sys.argv[1:]
report = {"duckdb": duckdb.__version__}
connection = duckdb.connect(database, config={"allow_unsigned_extensions": "true"})
try:
    connection.execute("LOAD '" + extension.replace("'", "''") + "'")
    report["engine"] = connection.execute("SELECT heliosdb_version()").fetchone()[0]
    report["one"] = connection.execute("SELECT echo(42)").fetchone()[0]
    report["many"] = connection.execute(
        "SELECT sum(echo(range)) FROM range(100000)"
    ).fetchone()[0]
    report["procedures"] = connection.execute(
        "SELECT name FROM heliosdb_procedures() ORDER BY name"
    ).fetchall()
except duckdb.Error as error:
    report["error"] = str(error)
print(json.dumps(report, default=int))
