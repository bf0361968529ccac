"""Procedures that write."""

from heliosdb_wasm import heliosdb_begin_tx, heliosdb_commit_tx, heliosdb_query


def note_each(item_id: int) -> int:
    heliosdb_begin_tx()
    [row] = heliosdb_query("SELECT pieces FROM items WHERE id = ?", [item_id])
    heliosdb_commit_tx()
    return row["pieces"]


def remember(item_id: int) -> int:
    heliosdb_query("INSERT INTO notes VALUES (?, 1)", [item_id])
    return item_id


def remember_twice(item_id: int) -> int:
    heliosdb_query("INSERT INTO notes VALUES (?, 2)", [item_id])
    return item_id
