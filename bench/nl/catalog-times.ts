/** Question: how long does a catalog snapshot take? Prints elapsed and processor milliseconds and sizes per database; processor time holds on a busy machine. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readCatalog } from '#storage';
import { openReadOnly } from './plain-connection.ts';

const folder = process.argv[2] ?? '';
for (const file of readdirSync(folder).filter((name) => name.endsWith('.duckdb'))) {
  const connection = await openReadOnly(join(folder, file));
  const start = performance.now();
  const before = process.cpuUsage();
  const catalog = await readCatalog(connection);
  const used = process.cpuUsage(before);
  const cpu = Math.round((used.user + used.system) / 1000);
  const elapsed = Math.round(performance.now() - start);
  const values = catalog.tables.flatMap((table) => table.columns.map((c) => c.values.length));
  const inferred = catalog.keys
    .filter((key) => !key.isDeclared)
    .map((key) => `${key.from.table}.${key.from.columns}>${key.to.table}.${key.to.columns}`);
  console.log(
    `${file} ${elapsed} ms, ${cpu} ms of processor, ${catalog.tables.length} tables, ${values.reduce((a, b) => a + b, 0)} values, keys ${catalog.keys.length - inferred.length} + ${inferred.join(' ')}`,
  );
  connection.close();
}
