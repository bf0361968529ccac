import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { isMisspelled } from '../grounding/word-similarity.ts';
import { tokenize } from '../language/tokenize.ts';

/** What is asked about the database itself instead of its rows. */
export type SchemaQuestion =
  | { readonly kind: 'tables' | 'procedures' | 'examples' }
  | { readonly kind: 'columns'; readonly table: TableModel; readonly name: string }
  /** Columns of what no table is called. */
  | { readonly kind: 'unknown'; readonly name: string };

const SHOW = '(?:list|show|name|give|tell)(?: me)?(?: all)?(?: of)?(?: the)?';
const EXIST =
  '(?:are there|are available|exist|do (?:you|we|i) have|does (?:it|this database|the database) have|can (?:i|we|you) (?:use|see|query|call|run|ask about|ask for))';
const HERE = '(?: (?:in|of) (?:the|this|my|our) (?:database|db|data|schema))?';
const COLUMNS = '(?:columns|fields|attributes)';

const TABLES = [
  `(?:what|which|how many) tables(?: ${EXIST})?${HERE}`,
  `(?:${SHOW} )?(?:database )?tables${HERE}`,
  `what(?:'s| is| do (?:you|we) have)? (?:there )?in (?:the|this|my|our) (?:database|db)`,
  `what data ${EXIST}${HERE}`,
  `(?:(?:show|describe|explain)(?: me)? )?(?:the|this) (?:database|schema|data model|database schema)`,
].map(whole);
const PROCEDURES = [
  `(?:what|which|how many) (?:stored )?(?:procedures|functions)(?: ${EXIST})?${HERE}`,
  `(?:${SHOW} )?(?:stored )?procedures${HERE}`,
].map(whole);
const EXAMPLES = [
  `what (?:can|could|may|should) (?:i|we) ask(?: (?:you|it|here|about|for))*${HERE}`,
  `what (?:kinds? of )?questions can (?:i|we|you) (?:ask|answer)`,
  `what can (?:you|it) (?:do|answer|tell me)`,
  `(?:${SHOW} )?(?:some )?(?:example|sample) questions`,
  'help(?: me)?',
].map(whole);
/** Each names the table in the group `table`; these ask for columns whatever that is. */
const COLUMNS_NAMED = [
  `(?:what|which|how many) ${COLUMNS} (?:does|do|has|have|are in|are there in|exist in|belong to)(?: the)?(?: table)? (?<table>.+?)(?: table)?(?: have| has| contain)?`,
  `(?:${SHOW} )?(?:${COLUMNS}|structure|schema|layout|definition) (?:of|in|for)(?: the)?(?: table)? (?<table>.+?)(?: table)?`,
].map(whole);
/** These are about rows where no table is called so. */
const COLUMNS_OF = [
  `describe(?: the)?(?: table)? (?<table>.+?)(?: table)?`,
  `(?:what(?:'s| is)|show(?: me)? what is) in the (?<table>.+?) table`,
  `what does (?:the|an?) (?<table>.+?)(?: table)? look like`,
  `what (?:do (?:we|you) know|is known|is stored|do (?:we|you) store) about(?: the)? (?<table>.+?)`,
].map(whole);

function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`, 'iu');
}

/** Reads a question about the schema; null for anything else, which is then about rows. */
export function readSchemaQuestion(request: string, model: SchemaModel): SchemaQuestion | null {
  const text = request
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ')
    .replace(/^(?:please|(?:can|could|would) you(?: please)?) /i, '');
  if (matches(TABLES, text)) return isNamed('table', model) ? null : { kind: 'tables' };
  if (matches(PROCEDURES, text)) return isNamed('procedure', model) ? null : { kind: 'procedures' };
  if (matches(EXAMPLES, text)) return { kind: 'examples' };
  for (const pattern of [...COLUMNS_NAMED, ...COLUMNS_OF]) {
    const name = pattern.exec(text)?.groups?.table;
    if (name === undefined) continue;
    const table = tableCalled(name, model) ?? tableMeant(name, model);
    if (table !== null) return { kind: 'columns', table, name };
    if (COLUMNS_NAMED.includes(pattern) && isUnknown(name, model)) return { kind: 'unknown', name };
  }
  return null;
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}

/** A restaurant has tables and a hospital procedures: questions about those are about rows. */
function isNamed(word: string, { names, tables }: SchemaModel): boolean {
  return (
    tables.some(({ words }) => words.includes(word)) ||
    names.find([word]).some(({ score }) => score >= 0.9)
  );
}

/** The one table that is called so; null where none is, or several are. */
function tableCalled(name: string, { names }: SchemaModel): TableModel | null {
  const words = tokenize(name.replaceAll('_', ' ')).map(({ lemma }) => lemma);
  const called = names.find(words).filter(({ kind, score }) => kind === 'table' && score >= 0.95);
  const [only, other] = called;
  return only !== undefined && other === undefined ? only.table : null;
}

/** The one table whose name a slip of the hand turns into the word: `custmers`; null for others. */
function tableMeant(name: string, { tables }: SchemaModel): TableModel | null {
  const [asked, ...rest] = tokenize(name);
  if (asked === undefined || rest.length > 0) return null;
  const meant = tables.filter(({ words }) => {
    const [word] = words;
    return words.length === 1 && word !== undefined && isMisspelled(asked.lemma, word);
  });
  const [only, other] = meant;
  return only !== undefined && other === undefined ? only : null;
}

/** Whether a single word is the name of nothing at all. */
function isUnknown(name: string, { names }: SchemaModel): boolean {
  const words = tokenize(name.replaceAll('_', ' ')).map(({ lemma }) => lemma);
  return words.length === 1 && names.find(words).length === 0;
}
