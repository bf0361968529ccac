import { once } from 'node:events';
import { openModel } from '#agent';
import { EXIT } from '../exit-code.ts';
import { databaseFile, openForService, printer, stateDirectory } from '../open-database.ts';
import { semanticsFile } from '../semantics.ts';
import type { Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { splitList } from '../usage/parse-parameters.ts';
import { readVersion } from '../version.ts';
import { write } from '../write.ts';

const PORT = 4321;
const PORT_MAX = 65_535;
const TOKEN_NOTE = 'every request needs a token: heliosdb token create --name NAME --role reader\n';

/** `heliosdb serve`: owns the database until it is told to stop. */
export const serve: Run = async (args, console) => {
  if (args.positionals.length > 0) throw usageError('serve takes no arguments', '--db FILE');
  const port = parseCount(args, 'port', { fallback: PORT, minimum: 0 });
  if (port > PORT_MAX) throw usageError(`--port must be at most ${PORT_MAX}`);
  const { database, now } = await openForService(console, databaseFile(args, console));
  const [{ startService }, { ensurePage }] = await Promise.all([import('#server'), import('#web')]);
  const pageDirectory = await ensurePage({ onProgress: printer(console) });
  const directory = stateDirectory(console);
  const name = args.text('model') ?? null;
  const model = await openModel({ environment: console.environment, name, directory });
  const service = await startService({
    database,
    model,
    host: args.text('host') ?? '127.0.0.1',
    port,
    allowedHosts: splitList(args.text('allow-host') ?? ''),
    isTokenRequired: args.isSet('require-token'),
    allowsExternalAccess: args.isSet('allow-files'),
    pageDirectory,
    semanticsFile: await semanticsFile({ args, path: database.path }),
    stateDirectory: directory,
    version: await readVersion(),
    logStream: args.isSet('quiet') ? null : console.err,
    logLevel: args.isSet('verbose') ? 'info' : 'warn',
    ...(now === null ? {} : { now: () => now }),
  });
  await write(console.err, `serving ${database.path}\n`);
  await write(console.out, `${service.url}\n`);
  if (service.isTokenRequired) await write(console.err, TOKEN_NOTE);
  if (!console.signal.aborted) await once(console.signal, 'abort');
  await write(console.err, 'stopping\n');
  await service.close();
  return EXIT.ok;
};
