import type { CatalogColumn, CatalogSnapshot, CatalogTable } from '../catalog.ts';
import { planRequest } from '../plan-request.ts';

export interface SuggestOptions {
  readonly catalog: CatalogSnapshot;
  readonly now: string;
  /** What was typed so far; suggestions contain all of its words. */
  readonly typed: string;
  readonly countMax: number;
}

const NUMERIC = /^(DECIMAL|DOUBLE|FLOAT|(U|HUGE|UHUGE)?(TINY|SMALL|BIG)?INT(EGER)?)/;
const TIME = /^(DATE|TIMESTAMP)/;
/** More groups than this make an answer that nobody reads. */
const GROUPS_MAX = 40;

/**
 * Questions about a database that can be answered as they stand, made from its tables, columns and
 * values: each of them was planned before it is offered.
 */
export function suggestQuestions(options: SuggestOptions): readonly string[] {
  const { catalog, now, typed, countMax } = options;
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const suggestions: string[] = [];
  for (const question of candidates(catalog)) {
    if (suggestions.length >= countMax) break;
    const text = question.toLowerCase();
    if (!words.every((word) => text.includes(word))) continue;
    if (planRequest({ request: question, catalog, now }).status === 'planned') {
      suggestions.push(question);
    }
  }
  return suggestions;
}

/** One question of each kind per table before the second of any: variety comes first. */
function candidates(catalog: CatalogSnapshot): string[] {
  const tables = [...catalog.tables].sort((a, b) => b.columns.length - a.columns.length);
  const lists = tables.map((table) => questionsAbout(table));
  const longest = Math.max(0, ...lists.map((list) => list.length));
  const questions = Array.from({ length: longest }, (_, rank) =>
    lists.flatMap((list) => list[rank] ?? []),
  ).flat();
  return [...new Set(questions)];
}

function questionsAbout(table: CatalogTable): string[] {
  const name = spoken(table.name);
  const keys = new Set([...(table.primaryKey ?? []), ...table.uniqueKeys.flat()]);
  const columns = table.columns.filter((column) => !keys.has(column.name) && !isKeyLike(column));
  const [category] = columns.filter(isCategory);
  const [measure] = columns.filter(({ type }) => NUMERIC.test(type));
  const [time] = columns.filter(({ type }) => TIME.test(type));
  const value = category?.values.find((text) => typeof text === 'string' && text.length < 30);
  return [
    category && `How many ${name} are there per ${spoken(category.name)}?`,
    measure &&
      category &&
      `${capitalized(aggregated('average', measure))} of ${name} by ${spoken(category.name)}`,
    measure && `Top 10 ${name} by ${spoken(measure.name)}`,
    time && `How many ${name} per month?`,
    category && value && `How many ${name} have ${spoken(category.name)} ${value}?`,
    measure && `What is the ${aggregated('total', measure)} of ${name}?`,
    `How many ${name} are there?`,
  ].filter((question) => typeof question === 'string');
}

/** "total price", but "sum of the total": nobody says a word twice. */
function aggregated(aggregate: 'average' | 'total', { name }: CatalogColumn): string {
  const measure = spoken(name);
  if (!measure.toLowerCase().split(' ').includes(aggregate)) return `${aggregate} ${measure}`;
  return `${aggregate === 'total' ? 'sum' : 'mean'} of the ${measure}`;
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isCategory(column: CatalogColumn): boolean {
  const { type, distinctCount } = column;
  if (!/^(VARCHAR|ENUM|BOOLEAN)/.test(type) || distinctCount === null) return false;
  return distinctCount > 1 && distinctCount <= GROUPS_MAX;
}

function isKeyLike({ name }: CatalogColumn): boolean {
  return /(^|_)(id|key|uuid|guid|no|code)$/i.test(name);
}

function spoken(name: string): string {
  return name.replaceAll('_', ' ');
}
