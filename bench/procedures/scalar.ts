/** Functions of one row: native, SQL, procedure, JavaScript over fetched rows. */
import type { CaseResult, Contender } from './measure.ts';
import { medianOf, race } from './measure.ts';
import type { PlainThreads } from './plain-threads.ts';
import { describeGains } from './plain-threads.ts';
import type { Scene } from './scene.ts';

interface ScalarCase {
  readonly name: string;
  readonly table: string;
  readonly procedure: string;
  readonly sql: string | null;
  readonly javascript: (row: readonly unknown[]) => unknown;
  readonly columns: string;
  readonly rowShare: number;
  readonly goal: string;
}

const RADIANS = Math.PI / 180;

function haversine([lat1, lon1, lat2, lon2]: readonly unknown[]): number {
  const [a, b, c, d] = [Number(lat1), Number(lon1), Number(lat2), Number(lon2)];
  const chord =
    Math.sin(((c - a) * RADIANS) / 2) ** 2 +
    Math.cos(a * RADIANS) * Math.cos(c * RADIANS) * Math.sin(((d - b) * RADIANS) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(chord));
}

function editDistance([first, second]: readonly unknown[]): number {
  const [left, right] = [String(first), String(second)];
  const costs = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 0; row < left.length; row++) {
    let diagonal = costs[0] ?? 0;
    costs[0] = row + 1;
    for (let column = 0; column < right.length; column++) {
      const substituted = diagonal + (left[row] === right[column] ? 0 : 1);
      diagonal = costs[column + 1] ?? 0;
      costs[column + 1] = Math.min(substituted, Math.min(diagonal, costs[column] ?? 0) + 1);
    }
  }
  return costs[right.length] ?? 0;
}

function luhn([text]: readonly unknown[]): boolean {
  let sum = 0;
  const digits = String(text);
  for (let position = 0; position < digits.length; position++) {
    const digit = digits.charCodeAt(digits.length - 1 - position) - 48;
    const doubled = digit * (1 + (position % 2));
    sum += Math.floor(doubled / 10) + (doubled % 10);
  }
  return sum % 10 === 0;
}

const NUMBERS_GOAL = 'at most 3 ns a row over native';
const CASES: readonly ScalarCase[] = [
  {
    name: 'a * b + c, BIGINT',
    table: 'numbers',
    procedure: 'multiply_add',
    sql: 'a * b + c',
    javascript: ([a, b, c]) => Number(a) * Number(b) + Number(c),
    columns: 'a, b, c',
    rowShare: 1,
    goal: NUMBERS_GOAL,
  },
  {
    name: 'a * b + c, BIGINT, a tenth NULL',
    table: 'gaps',
    procedure: 'multiply_add',
    sql: 'a * b + c',
    javascript: ([a, b, c]) => (a === null ? null : Number(a) * Number(b) + Number(c)),
    columns: 'a, b, c',
    rowShare: 1,
    goal: NUMBERS_GOAL,
  },
  {
    name: 'a * b + c, DOUBLE',
    table: 'doubles',
    procedure: 'multiply_add_double',
    sql: 'a * b + c',
    javascript: ([a, b, c]) => Number(a) * Number(b) + Number(c),
    columns: 'a, b, c',
    rowShare: 1,
    goal: NUMBERS_GOAL,
  },
  {
    name: 'haversine',
    table: 'places',
    procedure: 'haversine',
    sql: '2 * 6371 * asin(sqrt(sin(radians(lat2 - lat1) / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(radians(lon2 - lon1) / 2) ** 2))',
    javascript: haversine,
    columns: 'lat1, lon1, lat2, lon2',
    rowShare: 0.25,
    goal: 'at most 1.15 × native',
  },
  {
    name: 'edit distance of 20 characters',
    table: 'texts',
    procedure: 'edit_distance',
    sql: 'levenshtein(l, r)',
    javascript: editDistance,
    columns: 'l, r',
    rowShare: 0.05,
    goal: 'at most 1.4 × native',
  },
  {
    name: 'Luhn check of 16 digits',
    table: 'cards',
    procedure: 'luhn',
    sql: null,
    javascript: luhn,
    columns: 'digits',
    rowShare: 0.1,
    goal: 'at most 1.4 × native',
  },
];

/** Rows that JavaScript fetches: it is slow enough to be measured on few. */
const FETCHED_ROWS = 100_000;

async function addTables(scene: Scene, rows: number): Promise<void> {
  await scene.run(`
    CREATE TABLE numbers AS SELECT i AS a, i % 1000 AS b, i % 7 AS c FROM range(${rows}) r(i);
    CREATE TABLE gaps AS SELECT CASE WHEN i % 10 = 3 THEN NULL ELSE i END AS a, i % 1000 AS b, i % 7 AS c
      FROM range(${rows}) r(i);
    CREATE TABLE doubles AS SELECT i / 3 AS a, i / 7 AS b, i::DOUBLE AS c FROM range(${rows}) r(i);
    CREATE TABLE places AS SELECT (i % 180 - 90)::DOUBLE AS lat1, (i % 360 - 180)::DOUBLE AS lon1,
      (i % 179 - 89)::DOUBLE AS lat2, (i % 359 - 179)::DOUBLE AS lon2 FROM range(${rows / 4}) r(i);
    CREATE TABLE texts AS SELECT left(md5(i::VARCHAR), 20) AS l, left(md5((i + 1)::VARCHAR), 20) AS r
      FROM range(${rows / 20}) r(i);
    CREATE TABLE cards AS SELECT lpad((i * 7919)::VARCHAR, 16, '4') AS digits FROM range(${rows / 10}) r(i);`);
}

function contendersOf(scene: Scene, { rows, of }: { rows: number; of: ScalarCase }): Contender[] {
  const count = Math.floor(rows * of.rowShare);
  const query = (name: string, expression: string): Contender => ({
    name,
    async run() {
      await scene.connection.query(`SELECT count(${expression}) FROM ${of.table}`);
      return count;
    },
  });
  const contenders: Contender[] = [];
  if (scene.hasNative) {
    contenders.push(query('native C-API function', `native_${of.procedure}(${of.columns})`));
  }
  if (of.sql !== null) contenders.push(query('SQL expression', of.sql));
  contenders.push(query('procedure', `${of.procedure}(${of.columns})`));
  contenders.push({
    name: 'JavaScript over fetched rows',
    async run() {
      const sql = `SELECT ${of.columns} FROM ${of.table} LIMIT ${FETCHED_ROWS}`;
      const { rows: fetched } = await scene.connection.query(sql);
      for (const row of fetched) of.javascript(row);
      return fetched.length;
    },
  });
  return contenders;
}

/** Measures every function on one thread, and the first one's procedure on two. */
export async function scalarCases(
  scene: Scene,
  { rows, plain, rounds }: { rows: number; plain: PlainThreads; rounds: number },
): Promise<CaseResult[]> {
  await addTables(scene, rows);
  const results: CaseResult[] = [];
  await scene.run('SET threads = 1');
  for (const of of CASES) {
    const timings = await race(contendersOf(scene, { rows, of }), { rounds });
    results.push({
      name: of.name,
      unit: 'ns a row',
      timings,
      goal: of.goal,
      reached: scene.hasNative ? comparison(timings) : null,
    });
  }
  results.push(await twoThreads(scene, { rows, plain, rounds }));
  return results;
}

function comparison(timings: CaseResult['timings']): string {
  const native = medianOf(timings, 'native C-API function');
  const procedure = medianOf(timings, 'procedure');
  const over = procedure - native;
  return `${over.toFixed(1)} ns over native, ${(procedure / native).toFixed(2)} ×`;
}

async function twoThreads(
  scene: Scene,
  { rows, plain, rounds }: { rows: number; plain: PlainThreads; rounds: number },
): Promise<CaseResult> {
  const gains: number[] = [];
  const on = (threads: number, name: string, call: string): Contender => ({
    name: `${name}, ${threads} thread${threads === 1 ? '' : 's'}`,
    async prepare() {
      if (threads === 2) gains.push(await plain.gain());
      await scene.run(`SET threads = ${threads}`);
    },
    async run() {
      await scene.connection.query(`SELECT count(${call}(a, b, c)) FROM numbers`);
      return rows;
    },
  });
  const both = (name: string, call: string) => [on(1, name, call), on(2, name, call)];
  const contenders = both('procedure', 'multiply_add');
  // What the machine's memory and cores allow at all.
  if (scene.hasNative) contenders.push(...both('native', 'native_multiply_add'));
  const timings = await race(contenders, { rounds });
  await scene.run('SET threads = 1');
  const ratioOf = (name: string) =>
    (medianOf(timings, `${name}, 1 thread`) / medianOf(timings, `${name}, 2 threads`)).toFixed(2);
  const native = scene.hasNative ? `; native ${ratioOf('native')} ×` : '';
  return {
    name: 'a * b + c on two threads',
    unit: 'ns a row',
    timings,
    goal: 'at least 1.9 × of one thread',
    reached: `${ratioOf('procedure')} ×${native}; ${describeGains(gains)}`,
  };
}
