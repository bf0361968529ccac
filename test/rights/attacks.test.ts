/**
 * The corpus of attacks on a procedure's rights: none succeeds, every legitimate twin works, and
 * with the guard switched off nearly all succeed: a corpus that cannot fail proves nothing.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { openSession, openWithEngine } from '../ddl/scene.ts';
import type { AttackScene } from './attack-scene.ts';
import { openAttackScene } from './attack-scene.ts';
import type { Outcome } from './runner.ts';
import { run } from './runner.ts';

/** The least share of attacks, in per cent, that must succeed without the guard. */
const UNGUARDED_PERCENT_MIN = 95;

const REFUSALS = ['42501', '38003', '42601'];

let scene: AttackScene;

before(async () => {
  // Read by the engine when it is loaded.
  process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD = '1';
  scene = await openAttackScene();
});

after(async () => {
  delete process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD;
  await scene.close();
});

test('the corpus is large, and every family has a legitimate twin', () => {
  const count = scene.families.reduce((sum, { attacks }) => sum + attacks.length, 0);
  assert(count >= 200, `${count} attacks`);
  for (const { name, twins } of scene.families) assert(twins.length > 0, name);
});

test('every legitimate twin works', async () => {
  const failures: string[] = [];
  let count = 0;
  for (const { twins } of scene.families) {
    for (const statements of twins) {
      const outcome = await run(scene.session, 'attacker', ...statements);
      count += 1;
      if (!('rows' in outcome))
        failures.push(`${statements.join(' ;; ')}: ${outcome.sqlstate} ${outcome.message}`);
    }
  }
  assert.deepEqual(failures, []);
  console.log(`rights: ${count} legitimate twins work`);
});

test('no attack succeeds, and none leaves a trace', async () => {
  const untouched = await scene.state();
  const holes: string[] = [];
  const unclear: string[] = [];
  let count = 0;
  for (const { attacks } of scene.families) {
    for (const statements of attacks) {
      const outcome = await run(scene.session, 'attacker', ...statements);
      count += 1;
      const text = statements.join(' ;; ');
      if ('rows' in outcome) holes.push(text);
      else if (!REFUSALS.includes(outcome.sqlstate))
        unclear.push(`${text}: ${outcome.sqlstate} ${outcome.message}`);
      else if (/hush|quiet|vaulted/.test(outcome.message))
        holes.push(`${text}: ${outcome.message}`);
    }
  }
  assert.deepEqual({ holes, unclear }, { holes: [], unclear: [] });
  assert.equal(await scene.state(), untouched);
  console.log(`rights: 0 of ${count} attacks succeed`);
});

test('a refusal does not tell whether a file is there', async () => {
  const told: string[] = [];
  const files = scene.families.flatMap(({ name, attacks }) =>
    name.startsWith('files') ? attacks : [],
  );
  for (const statements of files) {
    const elsewhere = statements.map((sql) => sql.replaceAll('secret', 'missing'));
    const [found, missing] = [
      await run(scene.session, 'attacker', ...statements),
      await run(scene.session, 'attacker', ...elsewhere),
    ];
    const text = (outcome: Outcome): string =>
      JSON.stringify(outcome).replaceAll('secret', 'missing');
    if (text(found) !== text(missing)) told.push(`${statements}: ${text(found)} ${text(missing)}`);
  }
  assert.deepEqual(told, []);
  assert(files.length >= 60, 'the families were not found');
});

test('with the guard off nearly every attack succeeds', async () => {
  const harmless: string[] = [];
  let count = 0;
  await scene.session.connection.run('SELECT heliosdb_set_guard(false)');
  for (const { attacks } of scene.families) {
    for (const statements of attacks) {
      await scene.restore();
      const outcome = await run(scene.session, 'attacker', ...statements);
      count += 1;
      if (!('rows' in outcome))
        harmless.push(`${statements.join(' ;; ')}: ${outcome.sqlstate} ${outcome.message}`);
    }
  }
  await scene.session.connection.run('SELECT heliosdb_set_guard(true)');
  const succeeded = count - harmless.length;
  console.log(`rights: ${succeeded} of ${count} attacks succeed with the guard off`);
  assert(succeeded * 100 >= count * UNGUARDED_PERCENT_MIN, harmless.join('\n'));
});

test('the guard cannot be switched in a process that was not started for it', async () => {
  delete process.env.HELIOSDB_UNSAFE_TEST_NO_GUARD;
  await using other = await openWithEngine();
  const guarded = await openSession(other);
  const error = await guarded.error('SELECT heliosdb_set_guard(false)');
  assert.equal(error.sqlstate, '42501');
});
