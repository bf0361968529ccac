"""Procedures that go on after a failure."""

from heliosdb_wasm import QueryError, heliosdb_query


def pieces_of(item_id: int) -> int:
    try:
        heliosdb_query("SELECT bonus FROM bonuses WHERE id = ?", [item_id])
    except QueryError:
        pass
    return heliosdb_query("SELECT pieces FROM items WHERE id = ?", [item_id])[0]["pieces"]


def pieces_of_items(item_id: int) -> int:
    return heliosdb_query("SELECT pieces FROM items WHERE id = ?", [item_id])[0]["pieces"]
