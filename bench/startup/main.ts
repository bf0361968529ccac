/**
 * What starting costs: whole commands, and the parts of a plain question in a process of its own.
 * Writes its section of docs/performance.md.
 *
 *   npm run bench -- startup [rounds]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { measuredCommit, recordResults } from '../performance-page.ts';
import type { Timing } from '../procedures/measure.ts';
import { hardwareClass, summarise } from '../procedures/measure.ts';
import type { Command, Cost } from './commands.ts';
import { commands, runCommand, startService } from './commands.ts';

const rounds = Number(process.argv[2] ?? 15);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('rounds is a number from 1 up');

interface Result {
  readonly name: string;
  readonly goalMs: number | null;
  readonly wall: Timing;
  readonly cpu: Timing;
}

const home = mkdtempSync(join(tmpdir(), 'helios-startup-home-'));
try {
  await using _ = await startService(home);
  const whole = measureCommands(commands(home));
  const parts = measureParts();
  const tables = [printTable('command', whole), '', printTable('part', parts)].join('\n');
  const commit = measuredCommit();
  const hardware = hardwareClass();
  const intro = `Measured at ${commit} on ${hardware}, Node ${process.version}: median and spread of ${rounds} rounds, in milliseconds.`;
  process.stdout.write(`${intro}\n\n${tables}\n`);
  recordResults('startup', { commit, hardware, rounds, whole, parts }, `${intro}\n\n${tables}\n\n`);
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** Commands take turns; the first round only makes what is kept for later starts. */
function measureCommands(measured: readonly Command[]): Result[] {
  const costs = measured.map((): Cost[] => []);
  for (let round = -1; round < rounds; round += 1) {
    for (const [index, command] of measured.entries()) {
      const cost = runCommand(command);
      if (round >= 0) costs[index]?.push(cost);
    }
    process.stderr.write(`round ${round + 1} of ${rounds}\n`);
  }
  return measured.map(({ name, goalMs = null }, index) =>
    resultOf(name, costs[index] ?? [], goalMs),
  );
}

function measureParts(): Result[] {
  const costs = new Map<string, Cost[]>();
  for (let round = -1; round < rounds; round += 1) {
    const program = join(import.meta.dirname, 'phases.ts');
    const { stdout, stderr, status } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    if (round < 0) continue;
    for (const [name, cost] of Object.entries(JSON.parse(stdout) as Record<string, Cost>)) {
      costs.set(name, [...(costs.get(name) ?? []), cost]);
    }
  }
  return [...costs].map(([name, measured]) => resultOf(name, measured, null));
}

function resultOf(name: string, costs: readonly Cost[], goalMs: number | null): Result {
  const summary = (select: (cost: Cost) => number) => summarise(name, costs.map(select));
  return {
    name,
    goalMs,
    wall: summary(({ wallMs }) => wallMs),
    cpu: summary(({ cpuMs }) => cpuMs),
  };
}

function printTable(title: string, results: readonly Result[]): string {
  const hasGoals = results.some(({ goalMs }) => goalMs !== null);
  const goalOf = ({ goalMs, wall }: Result): string =>
    goalMs === null ? '' : `${goalMs}, ${wall.median <= goalMs ? 'reached' : 'missed'}`;
  return [
    `| ${title} | elapsed | spread | processor | spread |${hasGoals ? ' goal |' : ''}`,
    `| --- | --- | --- | --- | --- |${hasGoals ? ' --- |' : ''}`,
    ...results.map((result) => {
      const { name, wall, cpu } = result;
      const cells = [name, ms(wall.median), spread(wall), ms(cpu.median), spread(cpu)];
      return `| ${[...cells, ...(hasGoals ? [goalOf(result)] : [])].join(' | ')} |`;
    }),
  ].join('\n');
}

function spread({ low, high }: Timing): string {
  return `${ms(low)} – ${ms(high)}`;
}

function ms(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
