import type { Answer } from '#agent';
import { HeliosError } from '#core';
import type { RunSummary, Run as ServiceRun } from '#server';
import type { Console } from '../console.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, serviceOf } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { printResultTable } from '../render/result-table.ts';
import { ServiceClient } from '../service-client.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb runs list`. */
export const list: Run = async (args, console) => {
  const limit = parseCount(args, 'limit', { fallback: 20, minimum: 1 });
  const client = await clientOf(args, console);
  const reply = await client.call('GET', `/runs?limit=${Math.min(limit, 200)}`);
  const runs = reply.runs as readonly RunSummary[];
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify(runs)}\n`);
  } else if (runs.length === 0) {
    await write(console.err, 'no runs\n');
  } else {
    const names = ['id', 'status', 'started', 'identity', 'question'] as const;
    const columns = names.map((name) => ({ name, type: 'VARCHAR' }));
    const rows = runs.map((run) => names.map((name) => run[name]));
    await write(console.out, printResultTable({ columns, rows }, console));
  }
  return EXIT.ok;
};

/** `heliosdb runs show`. */
export const show: Run = async (args, console) => {
  const client = await clientOf(args, console);
  await print(await oneRun(client, 'GET', args), { args, console });
  return EXIT.ok;
};

/** `heliosdb runs cancel`. */
export const cancel: Run = async (args, console) => {
  const client = await clientOf(args, console);
  const run = await oneRun(client, 'DELETE', args);
  if (args.isSet('json')) await write(console.out, `${JSON.stringify(run)}\n`);
  else await write(console.err, `${run.id} is ${run.status}\n`);
  return EXIT.ok;
};

async function oneRun(client: ServiceClient, method: string, args: Arguments): Promise<ServiceRun> {
  const [id, ...others] = args.positionals;
  if (id === undefined || others.length > 0) throw usageError('the id of one run', 'runs list');
  return (await client.call(method, `/runs/${encodeURIComponent(id)}`)).run as ServiceRun;
}

async function print(
  run: ServiceRun,
  { args, console }: { readonly args: Arguments; readonly console: Console },
): Promise<void> {
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify(run)}\n`);
    return;
  }
  await write(console.err, `${run.question}\n`);
  if (run.status === 'running') {
    const states = run.tasks.map(({ id, state, title }) => `  [${id}] ${title}: ${state}\n`);
    await write(console.err, `running\n${states.join('')}`);
    return;
  }
  const status = run.status === 'canceled' ? 'failed' : run.status;
  const answer = { ...run, status, answer: run.answer ?? '' } as unknown as Answer;
  await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
}

async function clientOf(args: Arguments, console: Console): Promise<ServiceClient> {
  const service = await serviceOf(console, databaseFile(args, console));
  if (service !== null) return new ServiceClient(service);
  throw new HeliosError('object_not_in_prerequisite_state', {
    message: 'no service owns this database',
    detail: 'runs belong to a service',
    hint: 'heliosdb serve starts one; it still has the runs of before',
  });
}
