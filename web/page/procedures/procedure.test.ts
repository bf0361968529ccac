import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcedureRow } from './procedure.ts';
import { toProcedure } from './procedure.ts';

const ROW: ProcedureRow = {
  name: 'score',
  schema_name: 'main',
  signature: 'score(id BIGINT) RETURNS DOUBLE',
  parameters: '[{"name":"id","type":"BIGINT","default":null}]',
  returns: 'DOUBLE',
  volatility: 'STABLE',
  active_version: 2,
  versions: '[1,2]',
  capabilities: '["read:orders"]',
  limits: '{"timeout_ms":10000,"batch_queries":true,"odd":{}}',
  called_on_null_input: false,
  module_hash: 'ab',
  comment: null,
  id: '1',
  problem: null,
};

test('lists that arrive as JSON in texts are read', () => {
  const procedure = toProcedure(ROW);
  assert.deepEqual(procedure.parameters, [{ name: 'id', type: 'BIGINT', default: null }]);
  assert.deepEqual(procedure.capabilities, ['read:orders']);
  assert.deepEqual(procedure.limits, [
    ['timeout_ms', 10000],
    ['batch_queries', true],
  ]);
  assert.deepEqual(
    procedure.versions.map(({ version }) => version),
    [1, 2],
  );
});

test('versions with their particulars are read', () => {
  const versions = [
    { version: 1, module_hash: 'ab', capabilities: '["crypto"]', created_at: '2026-06-30' },
  ];
  assert.deepEqual(toProcedure({ ...ROW, versions }).versions, [
    { version: 1, moduleHash: 'ab', capabilities: ['crypto'], createdAt: '2026-06-30' },
  ]);
});

test('a procedure of another schema carries its name', () => {
  assert.equal(toProcedure({ ...ROW, schema_name: 'risk' }).name, 'risk.score');
});

test('parts that are not as expected are left out', () => {
  const broken = { parameters: '{', capabilities: 7, limits: '[]', versions: null };
  const { parameters, capabilities, limits, versions } = toProcedure({ ...ROW, ...broken });
  assert.deepEqual([parameters, capabilities, limits, versions], [[], [], [], []]);
});
