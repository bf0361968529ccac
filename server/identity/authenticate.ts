import type { IncomingMessage } from 'node:http';
import type { Clock } from '#core';
import { HeliosError } from '#core';
import type { TokenStore } from '../store/token-store.ts';
import type { Identity, Role } from './identity.ts';
import { LOCAL, OWNER, ROLES } from './identity.ts';

/** What holds for tokens that say nothing of their own. */
const DEFAULTS = { requestsPerMinute: 600, runSecondsPerHour: 3_600 };
const CHARACTERS_MAX = 200;

export interface AuthenticateOptions {
  readonly tokens: TokenStore;
  readonly clock: Clock;
  /** Whether those who come over the network without a token are refused. */
  readonly isTokenRequired: boolean;
  /** Whether the request came over the socket that only the owner can open. */
  readonly isOwner: (request: IncomingMessage) => boolean;
}

/** Who sent a request; 28000 when that is unknown. A wrong token is refused where none is needed too. */
export function authenticate(request: IncomingMessage, options: AuthenticateOptions): Identity {
  const { authorization } = request.headers;
  if (authorization === undefined) {
    if (options.isOwner(request)) return OWNER;
    if (!options.isTokenRequired) return LOCAL;
    throw unauthorized('a token is needed');
  }
  const [, secret = ''] = /^Bearer ([\w-]+)$/i.exec(authorization.slice(0, CHARACTERS_MAX)) ?? [];
  const token = options.tokens.find(secret, options.clock.now());
  if (token === null) throw unauthorized('the token is unknown, revoked or expired');
  return {
    id: token.id,
    name: token.name,
    role: roleOf(token.role),
    databaseRole: token.databaseRole ?? roleOf(token.role),
    requestsPerMinute: token.requestsPerMinute ?? DEFAULTS.requestsPerMinute,
    runSecondsPerHour: token.runSecondsPerHour ?? DEFAULTS.runSecondsPerHour,
  };
}

/** A role that a later version knows is one that may the least. */
function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'reader';
}

function unauthorized(message: string): HeliosError {
  return new HeliosError('invalid_authorization', {
    message,
    hint: 'heliosdb token create makes one; it is sent as "Authorization: Bearer hdb_…"',
  });
}
