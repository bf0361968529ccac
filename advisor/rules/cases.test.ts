import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { evaluateRule } from '../findings/evaluate.ts';
import type { CaseInput } from './case-facts.ts';
import { caseFacts } from './case-facts.ts';
import { RULES } from './index.ts';

interface RuleCase extends CaseInput {
  readonly name: string;
  /** Figures that the finding must have; others may be there too. */
  readonly evidence?: Readonly<Record<string, unknown>>;
  /** What kind of change it offers; null for none. */
  readonly change?: string | null;
}

interface CaseFile {
  readonly fires: readonly RuleCase[];
  readonly silent: readonly RuleCase[];
}

for (const rule of RULES) {
  const stem = rule.id.split('/')[1] ?? '';
  const file = parse(
    readFileSync(join(import.meta.dirname, `${stem}.cases.yaml`), 'utf8'),
  ) as CaseFile;
  const evaluated = (input: CaseInput) => {
    const facts = caseFacts(input);
    const [procedure] = facts.procedures;
    assert.ok(procedure !== undefined);
    return evaluateRule(rule, facts, procedure);
  };

  describe(`${rule.code} ${rule.id}`, () => {
    it('has cases of both kinds', () => {
      assert.ok(file.fires.length > 0 && file.silent.length > 0);
    });
    it('is silent about a healthy procedure and about one that was never called', () => {
      assert.deepEqual(evaluated({}), []);
      assert.deepEqual(
        evaluated({ procedure: { versions: [], shapes: [], samples: [] }, tables: [] }),
        [],
      );
    });
    for (const { name, evidence = {}, change, ...input } of file.fires) {
      it(`fires: ${name}`, () => {
        const found = evaluated(input);
        assert.ok(found.length > 0, 'no finding');
        const [finding] = found;
        for (const [key, value] of Object.entries(evidence)) {
          assert.equal(finding?.evidence[key], value, key);
        }
        if (change !== undefined) assert.equal(finding?.change?.kind ?? null, change);
        for (const text of [finding?.what, finding?.why, finding?.whatToDo]) {
          assert.doesNotMatch(text ?? '', /undefined|NaN|Infinity|null|\[object/);
        }
        assert.deepEqual(evaluated(input), found, 'the same facts give the same findings');
      });
    }
    for (const { name, ...input } of file.silent) {
      it(`stays silent: ${name}`, () => assert.deepEqual(evaluated(input), []));
    }
  });
}
