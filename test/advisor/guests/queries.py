"""Procedures that ask the database: what each does wrong, or right, is said in workloads.ts."""

from heliosdb_wasm import heliosdb_query


def tier_of(customer_id: int) -> str | None:
    rows = heliosdb_query("SELECT tier FROM customers WHERE id = ?", [customer_id])
    return rows[0]["tier"] if rows else None


def discount(customer_id: int, total: float) -> float:
    rows = heliosdb_query("SELECT tier FROM customers WHERE id = ?", [customer_id])
    return total * {"gold": 0.15, "silver": 0.1}.get(rows[0]["tier"], 0.05)


def price_of(item_id: int) -> float | None:
    rows = heliosdb_query("SELECT price FROM items WHERE id = ?", [item_id])
    return rows[0]["price"] if rows else None


def mean_price(state: str) -> float:
    return heliosdb_query("SELECT avg(price) AS mean FROM parts WHERE state = ?", [state])[0]["mean"]


def mean_above(state: str, least: float) -> float | None:
    sql = "SELECT avg(price) AS mean FROM parts WHERE state = ? AND price > ?"
    return heliosdb_query(sql, [state, least])[0]["mean"]


def in_stock(order_id: int) -> bool:
    lines = heliosdb_query("SELECT id, wanted FROM order_lines WHERE order_id = ?", [order_id])
    for line in lines:
        rows = heliosdb_query("SELECT pieces FROM items WHERE id = ?", [line["id"]])
        if not rows or rows[0]["pieces"] < line["wanted"]:
            return False
    return True


def in_stock_joined(order_id: int) -> bool:
    sql = """SELECT l.id FROM order_lines l JOIN items i ON i.id = l.id
             WHERE l.order_id = ? AND i.pieces < l.wanted"""
    return not heliosdb_query(sql, [order_id])


def order_worth(order_id: int) -> float:
    rows = heliosdb_query("SELECT wanted, price FROM sales WHERE order_id = ?", [order_id])
    return sum(row["wanted"] * row["price"] for row in rows)


def order_worth_in_sql(order_id: int) -> float:
    sql = "SELECT coalesce(sum(wanted * price), 0) AS worth FROM sales WHERE order_id = ?"
    return heliosdb_query(sql, [order_id])[0]["worth"]


def label_of(item_id: int) -> str:
    [row] = heliosdb_query("SELECT * FROM items WHERE id = ?", [item_id])
    return f"{row['state']} {row['pieces']}"


def label_of_two_columns(item_id: int) -> str:
    [row] = heliosdb_query("SELECT state, pieces FROM items WHERE id = ?", [item_id])
    return f"{row['state']} {row['pieces']}"


def price_with_tax(item_id: int) -> float:
    return 1.2 * heliosdb_query("SELECT price FROM items WHERE id = ?", [item_id])[0]["price"]


def count_of(item_id: int) -> int:
    return heliosdb_query("SELECT c FROM items WHERE id = ?", [item_id])[0]["c"]
