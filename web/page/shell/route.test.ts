import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from './route.ts';
import { parseRoute, printRoute } from './route.ts';

const PLACES: readonly Route[] = [
  { view: 'ask' },
  { view: 'runs' },
  { view: 'run', id: 'r-1' },
  { view: 'schema', table: null },
  { view: 'schema', table: 'weird / name %' },
  { view: 'procedures' },
  { view: 'procedure', name: 'calculate_discount', tab: 'overview' },
  { view: 'procedure', name: '<b>', tab: 'logs' },
  { view: 'advice', id: null },
  { view: 'advice', id: 'a?b#c' },
  { view: 'settings' },
];

for (const place of PLACES) {
  test(`${printRoute(place)} is read back as the place it was printed for`, () => {
    assert.deepEqual(parseRoute(printRoute(place)), place);
  });
}

for (const path of ['/nowhere', '/runs/1/2', '/settings/x', '/procedures/p/never', '/runs/%zz']) {
  test(`${path} leads nowhere and says so`, () => {
    assert.deepEqual(parseRoute(path), { view: 'unknown', path });
  });
}
