import { once } from 'node:events';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForStatements, printer } from '../open-database.ts';
import type { Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { readVersion } from '../version.ts';
import { write } from '../write.ts';

const PORT = 4321;
const PORT_MAX = 65_535;

/** `heliosdb serve`: owns the database until it is told to stop. */
export const serve: Run = async (args, console) => {
  if (args.positionals.length > 0) throw usageError('serve takes no arguments', '--db FILE');
  const port = parseCount(args, 'port', { fallback: PORT, minimum: 0 });
  if (port > PORT_MAX) throw usageError(`--port must be at most ${PORT_MAX}`);
  const [{ startService }, { ensurePage }] = await Promise.all([import('#server'), import('#web')]);
  const opened = await openForStatements(console, databaseFile(args, console));
  const isExample = databaseFile(args, console) === null;
  const pageDirectory = await ensurePage({ onProgress: printer(console) });
  const service = await startService({
    database: opened.database,
    host: args.text('host') ?? '127.0.0.1',
    port,
    pageDirectory,
    version: await readVersion(),
    logStream: args.isSet('verbose') ? console.err : null,
    ...(isExample ? { now: () => opened.now } : {}),
  });
  await write(console.err, `serving ${opened.path}\n`);
  await write(console.out, `${service.url}\n`);
  if (!console.signal.aborted) await once(console.signal, 'abort');
  await write(console.err, 'stopping\n');
  await service.close();
  return EXIT.ok;
};
