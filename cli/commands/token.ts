import type { Token } from '#server';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForService, serviceOf, stateDirectory } from '../open-database.ts';
import { printResultTable } from '../render/result-table.ts';
import { ServiceClient } from '../service-client.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { parseSpan } from '../usage/parse-span.ts';
import { write } from '../write.ts';

/** Tokens of a database, through its service or in its file. */
interface Tokens extends AsyncDisposable {
  create(given: NewTokenBody): Promise<{ token: Token; secret: string }>;
  list(): Promise<readonly Token[]>;
  revoke(idOrName: string): Promise<Token>;
}

interface NewTokenBody {
  readonly name: string;
  readonly role: (typeof ROLES)[number];
  readonly databaseRole: string | null;
  readonly requestsPerMinute: number | null;
  readonly runSecondsPerHour: number | null;
  readonly expires: string | null;
}

const ROLES = ['reader', 'caller', 'author', 'admin'] as const;

/** `heliosdb token create`. */
export const create: Run = async (args, console) => {
  const given = readToken(args);
  await using tokens = await openTokens(args, console);
  const { token, secret } = await tokens.create(given);
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify({ token, secret })}\n`);
  } else {
    await write(console.out, `${secret}\n`);
    await write(
      console.err,
      `token ${token.name} has role ${roleText(token)}; it is shown only now\n`,
    );
  }
  return EXIT.ok;
};

/** `heliosdb token list`. */
export const list: Run = async (args, console) => {
  await using tokens = await openTokens(args, console);
  const found = await tokens.list();
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify(found)}\n`);
  } else if (found.length === 0) {
    await write(console.err, 'no tokens\n');
  } else {
    const rows = found.map((token) => [
      token.id,
      token.name,
      roleText(token),
      token.created,
      token.expires,
    ]);
    const names = ['id', 'name', 'role', 'created', 'expires'];
    const columns = names.map((name) => ({ name, type: 'VARCHAR' }));
    await write(console.out, printResultTable({ columns, rows }, console));
  }
  return EXIT.ok;
};

/** `heliosdb token revoke`. */
export const revoke: Run = async (args, console) => {
  const [which, ...others] = args.positionals;
  if (which === undefined || others.length > 0) throw usageError('the name or id of one token');
  await using tokens = await openTokens(args, console);
  const token = await tokens.revoke(which);
  if (args.isSet('json')) await write(console.out, `${JSON.stringify(token)}\n`);
  else await write(console.err, `revoked ${token.name}\n`);
  return EXIT.ok;
};

function readToken(args: Arguments): NewTokenBody {
  const name = args.text('name');
  if (name === undefined) throw usageError('option --name is missing', '--name "ci" --role reader');
  if (!/^\w[\w .@-]{0,63}$/.test(name)) {
    throw usageError(`"${name}" is not a name`, 'letters, digits, blanks and .@-_');
  }
  const role = ROLES.find((known) => known === (args.text('role') ?? 'reader'));
  if (role === undefined) {
    throw usageError(`"${args.text('role')}" is not a role`, `roles are ${ROLES.join(', ')}`);
  }
  const span = args.text('expires');
  const expires = span === undefined ? null : new Date(Date.now() + parseSpan(span)).toISOString();
  const bound = (option: string): number | null =>
    parseCount(args, option, { fallback: 0, minimum: 1 }) || null;
  return {
    name,
    role,
    databaseRole: args.text('as') ?? null,
    requestsPerMinute: bound('requests-per-minute'),
    runSecondsPerHour: bound('run-seconds-per-hour'),
    expires,
  };
}

function roleText({ role, databaseRole }: Token): string {
  return databaseRole === null ? role : `${role} as ${databaseRole}`;
}

async function openTokens(args: Arguments, console: Console): Promise<Tokens> {
  const file = databaseFile(args, console);
  const service = await serviceOf(console, file);
  if (service !== null) return remoteTokens(new ServiceClient(service));
  const { assertTokenRole, openMemory } = await import('#server');
  const { systemClock } = await import('#core');
  const { database } = await openForService(console, file);
  const directory = stateDirectory(console);
  const memory = await openMemory(database, { clock: systemClock, directory });
  return {
    create: async (given) => {
      await assertTokenRole(database, given);
      return await memory.tokens.create(given, new Date());
    },
    list: async () => memory.tokens.list(),
    revoke: (idOrName) => memory.tokens.revoke(idOrName),
    async [Symbol.asyncDispose]() {
      await memory.close();
      await database.close();
    },
  };
}

function remoteTokens(client: ServiceClient): Tokens {
  return {
    create: async (given) =>
      (await client.call('POST', '/tokens', given)) as unknown as { token: Token; secret: string },
    list: async () => (await client.call('GET', '/tokens')).tokens as readonly Token[],
    revoke: async (idOrName) =>
      (await client.call('DELETE', `/tokens/${encodeURIComponent(idOrName)}`)).token as Token,
    [Symbol.asyncDispose]: async () => undefined,
  };
}
