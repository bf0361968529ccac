"""Procedures of a library: see known-faults.test.ts."""

from heliosdb_wasm import heliosdb_query


def has_loans(member: int) -> bool:
    sql = "SELECT loan_id FROM loans WHERE member_id = ? ORDER BY loan_id LIMIT 1"
    return len(heliosdb_query(sql, [member])) > 0


def mean_fee(shelf: int) -> float:
    return heliosdb_query("SELECT avg(fee) AS mean FROM books WHERE shelf = ?", [shelf])[0]["mean"]


def deposit(member_id: int, amount: float) -> float:
    rows = heliosdb_query("SELECT category FROM members WHERE member_id = ?", [member_id])
    return amount * {"child": 0.0, "student": 0.5, "senior": 0.7}.get(rows[0]["category"], 1.0)


def newest_loan(member: int) -> int | None:
    sql = "SELECT max(loan_id) AS newest FROM loans WHERE member_id = ?"
    return heliosdb_query(sql, [member])[0]["newest"]


def my_abs(value: float) -> float:
    return value if value >= 0 else -value


def grade(pages: int) -> str:
    return "long" if pages > 500 else "short"
