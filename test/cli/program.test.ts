import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runCli } from './run-cli.ts';

describe('heliosdb', () => {
  it('prints its help on stderr with code 2 when nothing is asked of it', async () => {
    const { code, out, err } = await runCli([]);
    assert.equal(code, 2);
    assert.equal(out, '');
    assert.match(err, /Usage: heliosdb <command>/);
  });

  for (const args of [['--help'], ['-h'], ['help']]) {
    it(`prints its help on stdout for ${args.join(' ')}`, async () => {
      const { code, out, err } = await runCli(args);
      assert.deepEqual([code, err], [0, '']);
      assert.match(out, /Exit codes:/);
    });
  }

  for (const name of ['ask', 'sql', 'shell', 'procedures', 'logs', 'metrics']) {
    it(`has a help with examples for ${name}`, async () => {
      const { code, out } = await runCli([name, '--help']);
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Usage: heliosdb ${name}`));
      assert.match(out, /Examples:\n {2}# /);
      assert.deepEqual((await runCli(['help', name])).out, out);
    });
  }

  it('prints its version', async () => {
    const { code, out } = await runCli(['--version']);
    assert.equal(code, 0);
    assert.match(out, /^heliosdb \d+\.\d+\.\d+\n$/);
  });

  it('suggests the command that was meant', async () => {
    const { code, err } = await runCli(['aks', 'how many orders']);
    assert.equal(code, 2);
    assert.match(err, /did you mean ask\?/);
    assert.match((await runCli(['how many orders'])).err, /heliosdb ask "how many orders"/);
    assert.match((await runCli(['zzz'])).err, /commands are ask, .*sql, .*procedure,/);
  });

  it('lists the commands of a group', async () => {
    const { code, out } = await runCli(['procedure', '--help']);
    assert.equal(code, 0);
    assert.match(out, /procedure create/);
    assert.doesNotMatch(out, / shell /);
    const { out: own } = await runCli(['help', 'procedure', 'create']);
    assert.match(own, /--params LIST/);
    assert.equal((await runCli(['procedure', 'create', '--help'])).out, own);
  });

  it('takes what follows -- as it is', async () => {
    const { code, out } = await runCli(['ask', '--db', 'no.duckdb', '--', '--help']);
    assert.deepEqual([code, out], [1, '']);
  });
});
