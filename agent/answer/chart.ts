import { z } from 'zod';
import type { AnswerColumn, JsonValue } from './answer.ts';
import { humanizeName, isIdentifierName } from './column-name.ts';

const channelSchema = z.strictObject({
  field: z.string(),
  type: z.enum(['quantitative', 'nominal', 'temporal', 'ordinal']),
  title: z.string(),
  /** Null keeps the order of the rows, which the answer's ranking has chosen. */
  sort: z.null().optional(),
});

/**
 * A chart of an answer as a Vega-Lite specification, chosen by rules over the columns' types and
 * the number of rows. The data are inside, so the specification stands on its own.
 */
export const chart = z.strictObject({
  $schema: z.literal('https://vega.github.io/schema/vega-lite/v5.json'),
  title: z.string(),
  data: z.strictObject({ values: z.array(z.record(z.string(), z.json())) }),
  mark: z.strictObject({ type: z.enum(['bar', 'line', 'point']), tooltip: z.literal(true) }),
  encoding: z.record(z.string(), channelSchema),
});

export type Chart = z.infer<typeof chart>;
export type ChartChannel = z.infer<typeof channelSchema>;

export interface ChartInput {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
}

type Role = 'measure' | 'time' | 'category' | 'identifier' | 'other';

interface Field {
  readonly name: string;
  readonly index: number;
  readonly role: Role;
  readonly distinctCount: number;
}

/** More bars than this are a picture of nothing; the first ones are shown, and the title says so. */
const BARS_MAX = 20;
const LINE_POINTS_MIN = 3;
const LINE_POINTS_MAX = 2000;
const SCATTER_POINTS_MIN = 8;
const COLOURS_MAX = 8;

/** Chooses a chart that helps to read the answer, or null when a table says it better. */
export function chooseChart(input: ChartInput): Chart | null {
  const { columns, rows } = input;
  const names = new Set(columns.map(({ name }) => name));
  // Two columns of one name cannot both be fields of a record.
  if (rows.length < 2 || names.size < columns.length) return null;
  const fields = columns.map((column, index) => describe(column, index, rows));
  const measures = fields.filter(({ role }) => role === 'measure');
  const categories = fields.filter(({ role }) => role === 'category');
  const times = fields.filter(({ role }) => role === 'time');
  const [measure] = measures;
  if (measure === undefined) return null;
  const [time] = times;
  if (time !== undefined) return lineOrNull(input, { time, measure, categories });
  const [category, colour] = categories;
  if (category !== undefined) return bars(input, { category, measure, colour });
  return scatterOrNull(input, measures);
}

function lineOrNull(
  input: ChartInput,
  parts: { readonly time: Field; readonly measure: Field; readonly categories: readonly Field[] },
): Chart | null {
  const { time, measure, categories } = parts;
  const { rows } = input;
  const colour = categories.find(({ distinctCount }) => distinctCount <= COLOURS_MAX);
  // Several rows at one time, and nothing to tell them apart by: a line would jump about.
  const isFunction = colour !== undefined || time.distinctCount === rows.length;
  const isLong = time.distinctCount >= LINE_POINTS_MIN && rows.length <= LINE_POINTS_MAX;
  if (!isFunction || !isLong) return null;
  return toChart(input, {
    mark: 'line',
    title: `${humanize(measure)} by ${humanize(time)}`,
    encoding: {
      x: channel(time, isDate(rows, time) ? 'temporal' : 'ordinal'),
      y: channel(measure, 'quantitative'),
      ...(colour === undefined ? {} : { color: channel(colour, 'nominal') }),
    },
  });
}

function bars(
  { columns, rows }: ChartInput,
  parts: { readonly category: Field; readonly measure: Field; readonly colour: Field | undefined },
): Chart | null {
  const { category, measure, colour } = parts;
  const isGrouped = colour !== undefined && category.distinctCount < rows.length;
  const [label, split] =
    isGrouped && colour.distinctCount > category.distinctCount
      ? [colour, category]
      : [category, colour];
  if (isGrouped && (split === undefined || split.distinctCount > COLOURS_MAX)) return null;
  const shown = rows.slice(0, isGrouped ? BARS_MAX * COLOURS_MAX : BARS_MAX);
  // Two bars of one name would be drawn as one.
  const names = new Set(shown.map((row) => row[category.index]));
  if (!isGrouped && names.size < shown.length) return null;
  const part = shown.length < rows.length ? `, first ${shown.length} of ${rows.length}` : '';
  return toChart(
    { columns, rows: shown },
    {
      mark: 'bar',
      title: `${humanize(measure)} by ${humanize(label)}${part}`,
      encoding: {
        y: { ...channel(label, 'nominal'), sort: null },
        x: channel(measure, 'quantitative'),
        ...(isGrouped && split !== undefined ? { color: channel(split, 'nominal') } : {}),
      },
    },
  );
}

function scatterOrNull(input: ChartInput, [first, second]: readonly Field[]): Chart | null {
  if (first === undefined || second === undefined) return null;
  if (input.rows.length < SCATTER_POINTS_MIN || input.rows.length > LINE_POINTS_MAX) return null;
  return toChart(input, {
    mark: 'point',
    title: `${humanize(second)} against ${humanize(first)}`,
    encoding: { x: channel(first, 'quantitative'), y: channel(second, 'quantitative') },
  });
}

function toChart(
  { columns, rows }: ChartInput,
  parts: {
    readonly mark: Chart['mark']['type'];
    readonly title: string;
    readonly encoding: Chart['encoding'];
  },
): Chart {
  const used = new Set(Object.values(parts.encoding).map(({ field }) => field));
  const kept = columns.flatMap(({ name }, index) =>
    used.has(name) ? [[name, index] as const] : [],
  );
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v5.json',
    title: parts.title,
    data: {
      values: rows.map((row) =>
        Object.fromEntries(kept.map(([name, index]) => [name, row[index] ?? null])),
      ),
    },
    mark: { type: parts.mark, tooltip: true },
    encoding: Object.fromEntries(
      // Vega-Lite reads dots and brackets in a field as a path.
      Object.entries(parts.encoding).map(([name, { field, ...rest }]) => [
        name,
        { field: field.replaceAll(/[\\.[\]]/g, String.raw`\$&`), ...rest },
      ]),
    ),
  };
}

function channel(field: Field, type: ChartChannel['type']): ChartChannel {
  return { field: field.name, type, title: humanize(field) };
}

function describe(column: AnswerColumn, index: number, rows: ChartInput['rows']): Field {
  const values = rows.map((row) => row[index] ?? null);
  const distinctCount = new Set(values.map((value) => JSON.stringify(value))).size;
  return { name: column.name, index, role: roleOf(column, values), distinctCount };
}

function roleOf({ name, type }: AnswerColumn, values: readonly JsonValue[]): Role {
  if (/^(DATE|TIMESTAMP)/.test(type)) return 'time';
  const isText = type === 'VARCHAR' || type === 'BOOLEAN' || type.startsWith('ENUM');
  // A month or a year written as text sorts as time does.
  if (
    isText &&
    values.every((value) => typeof value === 'string' && /^\d{4}(-\d\d)?$/.test(value))
  ) {
    return 'time';
  }
  if (isText) return 'category';
  const isNumeric = values.every((value) => value === null || typeof value === 'number');
  if (!isNumeric || values.every((value) => value === null)) return 'other';
  if (/(^|[_ ])(year|month|quarter|week|day|hour)$/i.test(name)) return 'time';
  if (isIdentifierName(name)) return 'identifier';
  return /INT|DECIMAL|DOUBLE|FLOAT/.test(type) ? 'measure' : 'other';
}

function isDate(rows: ChartInput['rows'], field: Field): boolean {
  return rows.every((row) => {
    const value = row[field.index];
    return value === null || (typeof value === 'string' && /^\d{4}-\d\d-\d\d/.test(value));
  });
}

function humanize(field: Field): string {
  return humanizeName(field.name);
}
