"""Procedures that log."""

from heliosdb_wasm import heliosdb_log


def chatty(number: int) -> int:
    for step in range(320):
        heliosdb_log("info", f"step {step} of {number}")
    return number + 1


def quiet(number: int) -> int:
    if number < 0:
        heliosdb_log("warn", f"{number} is negative")
    return number + 1
