import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { readModelSettings } from './settings.ts';

it('plans offline without a name and without a key', () => {
  assert.equal(readModelSettings({}), null);
  assert.equal(readModelSettings({ OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' }), null);
  assert.equal(readModelSettings({ OPENAI_API_KEY: 'k' }, 'none'), null);
  assert.equal(readModelSettings({ OPENAI_API_KEY: 'k', HELIOSDB_MODEL: 'none' }), null);
});

it('takes the name given, the one of the environment, then the default that goes with a key', () => {
  assert.equal(readModelSettings({ HELIOSDB_MODEL: 'a' }, 'b')?.name, 'b');
  assert.equal(readModelSettings({ HELIOSDB_MODEL: 'a' })?.name, 'a');
  assert.notEqual(readModelSettings({ OPENAI_API_KEY: 'k' }), null);
});

it('tells a provider from a name with a colon', () => {
  const named = (name: string) => {
    const settings = readModelSettings({}, name);
    return [settings?.provider, settings?.name];
  };
  assert.deepEqual(named('qwen2.5:7b'), ['openai', 'qwen2.5:7b']);
  assert.deepEqual(named('llama:latest'), ['openai', 'llama:latest']);
  assert.deepEqual(named('anthropic:claude'), ['anthropic', 'claude']);
});

it('refuses an address or a number of the wrong form, naming the variable', () => {
  for (const environment of [
    { OPENAI_BASE_URL: 'file:///etc/passwd' },
    { HELIOSDB_MODEL_CANDIDATES: '0' },
    { HELIOSDB_MODEL_REPLY_MS: '1.5' },
  ]) {
    const [name = ''] = Object.keys(environment);
    assert.throws(() => readModelSettings({ ...environment }, 'm'), {
      sqlstate: 'US001',
      message: new RegExp(name),
    });
  }
});

it('loads what talks to models only when there is one', () => {
  const packages =
    /^import (?!type).*'(langchain|@langchain|openai|node-sql-parser|jsonrepair|yaml)/m;
  const agent = join(import.meta.dirname, '..');
  const eager = globSync('**/*.ts', { cwd: agent })
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => packages.test(readFileSync(join(agent, file), 'utf8')));
  // Themselves loaded lazily, by open-model.ts.
  assert.deepEqual(eager, ['model/extract-json.ts']);
});
