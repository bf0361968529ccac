import type { FastifyBaseLogger } from 'fastify';
import type { Clock, IdSource } from '#core';
import type { Database } from '#storage';
import type { CatalogHolder } from './catalog-holder.ts';
import type { Allowances } from './identity/allowance.ts';
import type { Scopes } from './identity/scope.ts';
import type { RunBook } from './runs/run-book.ts';
import type { AuditLog } from './store/audit-log.ts';
import type { TokenStore } from './store/token-store.ts';

/** What the routes work with. */
export interface ServiceContext {
  readonly database: Database;
  readonly catalog: CatalogHolder;
  readonly scopes: Scopes;
  readonly runs: RunBook;
  readonly tokens: TokenStore;
  readonly allowances: Allowances;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly log: FastifyBaseLogger;
  /** What "now" is for questions, as an ISO instant. */
  readonly now: () => string;
  /** The one folder that statements may write files to: private, empty, for exports in the making. */
  readonly exportDirectory: string;
  /** Aborted when the service stops. */
  readonly stopping: AbortSignal;
}
