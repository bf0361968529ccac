import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Recommendation, Verdict, WorkMetric } from '#advisor';
import { ask } from '#agent';
import type { Scene } from './scene.ts';
import { adviseOn, FEW_TURNS, makeScene, open } from './scene.ts';

let scene: Scene;
let judged: ReadonlyMap<string, Recommendation>;
let hashes: { readonly before: string; readonly after: string };

before(async () => {
  scene = await makeScene();
  // A process that was killed while it replayed: no process has this number.
  await mkdir(join(scene.folder, 'copies', 'heliosdb-replay-4194305-dead'), { recursive: true });
  const before = await hashOf(scene.path);
  {
    await using database = await open(scene.path, true);
    const advisor = adviseOn(database, scene.folder);
    const all = await advisor.replay({ limits: FEW_TURNS });
    judged = new Map(all.map((recommendation) => [key(recommendation), recommendation]));
  }
  hashes = { before, after: await hashOf(scene.path) };
});

after(() => scene[Symbol.asyncDispose]());

async function hashOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}

const key = ({ finding }: Recommendation): string => `${finding.rule} ${finding.procedure}`;

function verdictOn(name: string): Verdict {
  const { verdict } = judged.get(name) ?? {};
  assert.ok(verdict, `${name} was not replayed; there are ${[...judged.keys()].join(', ')}`);
  return verdict;
}

/** Equal results, and less work as the engine counts it; how much faster is the machine's business. */
function assertHelps(verdict: Verdict, metric: WorkMetric): void {
  assert.ok(['verified', 'inconclusive'].includes(verdict.outcome), verdict.reason);
  const main = verdict.measurements.find(({ role }) => role === 'main');
  assert.ok(main?.areResultsEqual && main.rowCount > 1, verdict.reason);
  const counted = verdict.work.find((work) => work.metric === metric);
  assert.ok(counted !== undefined && counted.candidate < counted.baseline, verdict.reason);
}

describe('a working day in the shop', () => {
  it('leaves the database as it was, and no copies', async () => {
    assert.equal(hashes.after, hashes.before);
    assert.deepEqual(await readdir(join(scene.folder, 'copies')), []);
  });

  it("gives the specification's three recommendations for calculate_discount with verdicts", () => {
    assertHelps(verdictOn('performance/repeated-lookup calculate_discount'), 'queryStatements');
    assertHelps(verdictOn('performance/rates-materialisable calculate_discount'), 'guestCalls');
    const index = judged.get('performance/index-on-few-values calculate_discount');
    assert.match(index?.finding.what ?? '', /index on customers\.loyalty_tier/);
    assert.equal(index?.state, 'refuted', index?.reason ?? '');
  });

  it('finds the rates that the module holds', () => {
    const [table, macro] = verdictOn('performance/rates-materialisable calculate_discount').apply;
    assert.match(
      table ?? '',
      /\('bronze', 0\.05\), \('gold', 0\.15\), \('platinum', 0\.20?\), \('silver', 0\.10?\)/,
    );
    assert.match(macro ?? '', /CREATE MACRO main\.calculate_discount_sql/);
  });

  it('says why the index is refuted: writers of the table fail with it', () => {
    const verdict = verdictOn('performance/index-on-few-values calculate_discount');
    const updates = verdict.measurements.find(({ role }) => role === 'upkeep');
    assert.equal(updates?.areResultsEqual, false);
    assert.match(verdict.reason, /updates of loyalty_tier fail: 23503/);
  });

  it('replaces a loop by one statement with equal results', () => {
    const verdict = verdictOn('performance/query-loop validate_order');
    assertHelps(verdict, 'queryStatements');
    assert.equal(verdict.measurements[0]?.name, 'single calls of validate_order');
    assert.match(
      verdict.apply[0] ?? '',
      /bool_and\(coalesce\(i\.available_quantity >= o\.quantity/,
    );
  });

  it('has nothing to say about a join that is answered together', () => {
    const keys = [...judged.keys()];
    assert.deepEqual(
      keys.filter((found) => found.endsWith(' order_in_stock')),
      [],
    );
  });

  it('answers questions in words', async () => {
    await using database = await open(scene.path, true);
    const answered = async (question: string) =>
      await ask({ question, database, now: '2026-06-30T18:00:00Z' });
    const why = await answered('Why is validate_order slow?');
    assert.equal(why.status, 'ok');
    assert.match(why.answer, /validate_order takes .* ms a call, .*in its queries.*A loop asks/s);
    const how = await answered('how can I speed up calculate_discount?');
    assert.match(how.answer, /Cache the lookup of customers\.loyalty_tier|Materialise the rates/);
    assert.ok(how.rows.length >= 3);
  });
});
