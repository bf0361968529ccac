"""Times a * b + c as Python functions of DuckDB; prints nanoseconds a row as JSON."""
import json
import sys
import time

import duckdb
import pyarrow.compute

# DuckDB needs numpy, and without pandas looks for it again at every value, hundreds of times slower.
import numpy  # noqa: F401
import pandas  # noqa: F401

ROWS, ROUNDS = int(sys.argv[1]), int(sys.argv[2])
connection = duckdb.connect()
connection.execute("SET threads = 1")
connection.execute(
    f"CREATE TABLE numbers AS SELECT i AS a, i % 1000 AS b, i % 7 AS c FROM range({ROWS}) r(i)"
)
types = ["BIGINT", "BIGINT", "BIGINT"]
connection.create_function("native", lambda a, b, c: a * b + c, types, "BIGINT")
connection.create_function(
    "arrow",
    lambda a, b, c: pyarrow.compute.add(pyarrow.compute.multiply(a, b), c),
    types,
    "BIGINT",
    type="arrow",
)
times = {"native": [], "arrow": []}
for _ in range(ROUNDS):
    for name, found in times.items():
        started = time.perf_counter_ns()
        connection.execute(f"SELECT count({name}(a, b, c)) FROM numbers").fetchall()
        found.append((time.perf_counter_ns() - started) / ROWS)
print(json.dumps({"version": duckdb.__version__, **times}))
