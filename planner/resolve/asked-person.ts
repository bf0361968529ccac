import type { Mention } from '../grounding/link.ts';
import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { Frame } from '../parse/frame.ts';
import { isMostlyValue } from '../parse/mentions.ts';

/** Nouns for people, as tables are named after them. */
const PEOPLE = new Set(
  `person customer client employee staff worker member user student pupil teacher instructor lecturer professor
  doctor physician nurse patient author writer player coach actor actress artist singer musician driver guest
  passenger visitor host owner manager seller buyer agent director candidate voter subscriber contact reader
  reviewer friend donor tenant resident technician referee judge pilot athlete scientist engineer lawyer chef`.split(
    /\s+/,
  ),
);

/** Whether the rows of a table are people. */
function holdsPeople({ words, labels }: TableModel): boolean {
  return PEOPLE.has(words.at(-1) ?? '') || labels.length > 1;
}

/**
 * "Who …" asks for people: where the request names none, those of the one table that holds people
 * are meant. False where several tables do, and nothing says which of them.
 */
export function askForPeople(frame: Frame, model: SchemaModel): boolean {
  const people = model.tables.filter(holdsPeople);
  const named = [...frame.projections.map(({ mention }) => mention), ...frame.related];
  const isNamed = named.some((mention) => mention !== null && namesPeople(mention));
  if (people.length === 0 || isNamed) return true;
  const [only] = people;
  if (only === undefined || people.length > 1) return frame.projections.length === 0;
  const who: Mention = {
    start: -1,
    end: -1,
    text: 'who',
    names: [{ kind: 'table', table: only, score: 1 }],
    values: [],
    isQuoted: false,
  };
  for (const { mention, aggregate } of frame.projections) {
    if (mention === null || aggregate !== null || frame.related.includes(mention)) continue;
    if (!isMostlyValue(mention)) frame.related.push(mention);
  }
  frame.projections = [
    {
      aggregate: null,
      outerAggregate: null,
      mention: who,
      isDistinct: false,
      of: null,
      measures: [],
      operation: null,
      elapsed: null,
    },
  ];
  return true;
}

/** Whether the mention names people, or a key that refers to them. */
function namesPeople({ names }: Mention): boolean {
  const best = names[0]?.score ?? 0;
  return names.some(
    (name) =>
      name.score >= best - 0.15 &&
      (name.kind === 'table'
        ? holdsPeople(name.table)
        : name.column.words.some((word) => PEOPLE.has(word)) ||
          (holdsPeople(name.table) && name.table.labels.includes(name.column))),
  );
}
