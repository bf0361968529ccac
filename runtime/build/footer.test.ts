import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeFooter } from './footer.ts';
import { platformOf } from './platform.ts';

test('the footer is 512 bytes whose fields DuckDB reads from last to first', () => {
  const bytes = Buffer.from(encodeFooter({ platform: 'osx_arm64', extensionVersion: 'v0.1.0' }));
  const footer = bytes.subarray(-512);
  const fields = Array.from({ length: 8 }, (_, index) =>
    footer
      .subarray(index * 32, index * 32 + 32)
      .toString()
      .replace(/\0+$/, ''),
  );
  assert.deepEqual(fields, ['', '', '', 'C_STRUCT', 'v0.1.0', 'v1.2.0', 'osx_arm64', '4']);
  assert.ok(footer.subarray(256).every((byte) => byte === 0));
  assert.equal(bytes.length, 22 + 512);
});

test('a field that does not fit is refused', () => {
  assert.throws(
    () => encodeFooter({ platform: 'linux_amd64', extensionVersion: 'v'.repeat(33) }),
    RangeError,
  );
});

test('platforms have the names that DuckDB and npm give them, others are an error', () => {
  assert.deepEqual(platformOf('darwin', 'x64'), {
    duckdb: 'osx_amd64',
    packageName: '@heliosdb/engine-darwin-x64',
  });
  assert.equal(platformOf('linux', 'arm64').duckdb, 'linux_arm64');
  assert.throws(() => platformOf('win32', 'x64'), { sqlstate: 'IN001' });
});
