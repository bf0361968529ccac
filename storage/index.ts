/**
 * Purpose: what remembers. Opens DuckDB databases, runs statements, reads the catalog, keeps migrations.
 * Inputs: a path, SQL text and parameters. Outputs: SQL values, a catalog snapshot, HeliosErrors.
 * Invariants: one owner per file and process; a pooled session is never reused; every driver
 * error is decoded in one place.
 * May not: plan, parse procedure DDL, or know anything of WebAssembly.
 */
export type { CatalogConnection, ReadCatalogOptions } from './catalog/index.ts';
export { catalogLimits, readCatalog, rereadTable } from './catalog/index.ts';
export { Connection, PreparedStatement } from './connection/connection.ts';
export type { DatabaseOptions } from './connection/database.ts';
export { Database } from './connection/database.ts';
export type { SqlParameter, SqlParameters } from './connection/encode-parameter.ts';
export type { QueryResult, QueryStream, ResultColumn } from './connection/result.ts';
export type { SqlDatabase, SqlSession } from './connection/session.ts';
export type { SessionReply, SessionRequest } from './remote/frames.ts';
export { decodeLines, errorFromWire, SESSION_PATH, SESSION_PROTOCOL } from './remote/frames.ts';
export { RemoteDatabase } from './remote/remote-database.ts';
export { findService, ownUserId, socketPaths } from './remote/socket-path.ts';
