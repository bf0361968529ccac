import { createHash, randomBytes } from 'node:crypto';
import { HeliosError, SqlTimestamp } from '#core';
import type { Database } from '#storage';

/** A token as it may be shown: never its secret. */
export interface Token {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  /** The role of the database whose grants hold; null is the one named like `role`. */
  readonly databaseRole: string | null;
  readonly requestsPerMinute: number | null;
  readonly runSecondsPerHour: number | null;
  readonly created: string;
  readonly expires: string | null;
}

export interface NewToken {
  readonly name: string;
  readonly role: string;
  readonly databaseRole: string | null;
  readonly requestsPerMinute: number | null;
  readonly runSecondsPerHour: number | null;
  /** An ISO instant. */
  readonly expires: string | null;
}

const PREFIX = 'hdb_';
const SECRET_BYTES = 32;

/**
 * The tokens of a database. A secret has 256 random bits, so that one round of SHA-256 keeps it as
 * safe as any slower hash would.
 */
export class TokenStore {
  readonly #database: Database;
  #tokens = new Map<string, Token>();

  private constructor(database: Database) {
    this.#database = database;
  }

  /** Schema heliosdb must be there. */
  static async open(database: Database): Promise<TokenStore> {
    const store = new TokenStore(database);
    await store.#read();
    return store;
  }

  list(): readonly Token[] {
    return [...this.#tokens.values()];
  }

  /** The role of the database that an identity acts as, or null when it has no token any more. */
  databaseRoleOf(identityId: string): string | null {
    const token = this.list().find(({ id }) => id === identityId);
    return token === undefined ? null : (token.databaseRole ?? token.role);
  }

  /** The token of a secret, or null when it is unknown or expired. */
  find(secret: string, now: Date): Token | null {
    const token = this.#tokens.get(hashOf(secret));
    if (token === undefined) return null;
    return token.expires !== null && new Date(token.expires) <= now ? null : token;
  }

  /** Makes a token; its secret is returned this once and kept nowhere. */
  async create(given: NewToken, now: Date): Promise<{ token: Token; secret: string }> {
    if (this.list().some(({ name }) => name === given.name)) {
      throw new HeliosError('duplicate_object', {
        message: `a token named ${given.name} exists`,
        hint: 'revoke it first, or choose another name',
      });
    }
    const secret = `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64url')}`;
    const token: Token = {
      id: `token-${randomBytes(6).toString('hex')}`,
      created: now.toISOString(),
      ...given,
    };
    await this.#database.withConnection((connection) =>
      connection.query(
        `INSERT INTO heliosdb.access_tokens (token_id, name, role, secret_hash, requests_per_minute,
           run_seconds_per_hour, created_at, expires_at, database_role)
         VALUES ($1, $2, $3, $4, $5, $6, $7::TIMESTAMPTZ, $8::TIMESTAMPTZ, $9)`,
        [
          token.id,
          token.name,
          token.role,
          hashOf(secret),
          token.requestsPerMinute,
          token.runSecondsPerHour,
          token.created,
          token.expires,
          token.databaseRole,
        ],
      ),
    );
    await this.#read();
    return { token, secret };
  }

  /** Makes a token, given by its id or name, worthless at once. */
  async revoke(idOrName: string): Promise<Token> {
    const token = this.list().find(({ id, name }) => id === idOrName || name === idOrName);
    if (token === undefined) {
      const names = this.list().map(({ name }) => name);
      throw new HeliosError('undefined_object', {
        message: `there is no token ${idOrName}`,
        hint: names.length === 0 ? 'there are no tokens' : `there are ${names.join(', ')}`,
      });
    }
    await this.#database.withConnection((connection) =>
      connection.query('DELETE FROM heliosdb.access_tokens WHERE token_id = $1', [token.id]),
    );
    await this.#read();
    return token;
  }

  async #read(): Promise<void> {
    const { rows } = await this.#database.withConnection((connection) =>
      connection.query(`
        SELECT secret_hash, token_id, name, role, requests_per_minute, run_seconds_per_hour,
          created_at, expires_at, database_role
        FROM heliosdb.access_tokens ORDER BY created_at, token_id`),
    );
    this.#tokens = new Map(
      rows.map(([hash, id, name, role, requests, seconds, created, expires, databaseRole]) => [
        String(hash),
        {
          id: String(id),
          name: String(name),
          role: String(role),
          databaseRole: databaseRole === null ? null : String(databaseRole),
          requestsPerMinute: requests === null ? null : Number(requests),
          runSecondsPerHour: seconds === null ? null : Number(seconds),
          created: created instanceof SqlTimestamp ? created.toDate().toISOString() : '',
          expires: expires instanceof SqlTimestamp ? expires.toDate().toISOString() : null,
        },
      ]),
    );
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
