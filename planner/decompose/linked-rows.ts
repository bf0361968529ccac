import type { KeyEdge } from '../grounding/key-graph.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { tokenize } from '../language/tokenize.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf, rowsWhere } from '../query/logical.ts';
import type { RewritingReader } from './rewriting.ts';
import { said } from './rewriting.ts';

const OF =
  /^(?:(?:(?:what|who|which) (?:are|is)|show(?: me)?|list|give me|find|name|display|get) )?(?:all )?(?:the )?(?:(?:\p{L}+ )?(?:names?|titles?) of (?:all )?(?:the )?)?(?<role>\p{L}+) of (?:the )?(?<named>[^,;?]+?)[?.!\s]*$/iu;
const COUNT =
  /^how many (?<role>\p{L}+) (?:does|do|did|has|have) (?:the )?(?<named>[^,;?]+?)(?: (?:have|has|need|consist of))?[?.!\s]*$/iu;
const BACK =
  /^(?:which|what|list the|show the|find the)? ?(?<things>\p{L}+) (?:that |which |who )?(?:have|has|with) (?:the )?(?<named>[^,;?]+?) as (?:a |an |the |their |its |one of their |one of its )?(?<role>\p{L}+)[?.!\s]*$/iu;

/** Two keys of a table of links that refer to rows of one table, one of them named after a role. */
interface Link {
  readonly table: TableModel;
  readonly rows: TableModel;
  /** Refers to what has the role: `prerequisite_id`. */
  readonly role: ColumnModel;
  /** Refers to the row that it has it for: `course_id`. */
  readonly own: ColumnModel;
}

/**
 * "Prerequisites of Algebra", "components of the bicycle", "courses that have Algebra as a
 * prerequisite": rows of one table that a table of links relates. Null for anything else.
 */
export const readLinkedRows: RewritingReader = (request, model) => {
  const text = request.trim();
  const [of, count, back] = [OF, COUNT, BACK].map((pattern) => pattern.exec(text)?.groups);
  for (const groups of [of, count, back]) {
    const { role = '', named = '', things } = groups ?? {};
    const link = role === '' ? null : linkOf(role, model);
    if (link === null || /\b(each|every|all|any)\b/i.test(named)) continue;
    if (things !== undefined && !names(things, link.rows)) continue;
    const isBack = groups === back;
    const isCounted = groups === count;
    return said(`${link.rows.words.join(' ')} ${withoutNoun(named, link.rows)}`, (query) =>
      linked(query, isBack ? { ...link, role: link.own, own: link.role } : link, isCounted),
    );
  }
  return null;
};

/** The rows at the other end of the links of those that the query finds; null where it finds other rows. */
function linked(query: LogicalQuery, link: Link, isCounted: boolean): LogicalQuery | null {
  const { table, rows, role, own } = link;
  const key = rows.key;
  const isNamed =
    query.from.root === rows &&
    query.from.joins.length === 0 &&
    query.where.length > 0 &&
    query.groupBy.length + query.having.length + query.orderBy.length === 0 &&
    query.setOperation === null &&
    query.limit === null;
  if (!isNamed || key === null) return null;
  const found = rowsWhere({
    select: [{ expression: columnOf(key), alias: null }],
    from: query.from,
    where: query.where,
  });
  const where: Predicate[] = [
    { kind: 'inQuery', of: columnOf(own), query: found, isNegated: false },
  ];
  const from = { root: table, joins: [] };
  const assumed = [
    `rows of ${table.table.name} lead from ${own.column.name} to ${role.column.name}`,
  ];
  if (isCounted) {
    const expression = {
      kind: 'aggregate' as const,
      name: 'count' as const,
      isDistinct: true,
      of: columnOf(role),
    };
    return { ...rowsWhere({ select: [{ expression, alias: 'count' }], from, where }), assumed };
  }
  const ends = rowsWhere({ select: [{ expression: columnOf(role), alias: null }], from, where });
  return {
    ...rowsWhere({
      select: rows.labels.map((label) => ({ expression: columnOf(label), alias: null })),
      from: query.from,
      where: [{ kind: 'inQuery', of: columnOf(key), query: ends, isNegated: false }],
    }),
    assumed,
  };
}

/** The links whose one key is named after the role; null where there are none, or several. */
function linkOf(role: string, model: SchemaModel): Link | null {
  const [lemma] = tokenize(role).map((token) => token.lemma);
  if (lemma === undefined) return null;
  const links = model.tables.flatMap((table): Link[] => {
    const edges = model.keys.edgesOf(table).filter((edge) => edge.from === table);
    return edges.flatMap((edge) => {
      const twin = edges.filter((other) => other !== edge && other.to === edge.to);
      const [key, own] = [edge.fromColumns[0], twin[0]?.fromColumns[0]];
      const isLink = twin.length === 1 && edge.to !== table && isSimple(edge) && isSimple(twin[0]);
      const isRole = key !== undefined && rolesOf(key, edge.to).includes(lemma);
      return isLink && isRole && own !== undefined
        ? [{ table, rows: edge.to, role: key, own }]
        : [];
    });
  });
  const [only, another] = links;
  return only === undefined || another !== undefined ? null : only;
}

function isSimple(edge: KeyEdge | undefined): boolean {
  return edge?.fromColumns.length === 1 && edge.toColumns[0] === edge.to.key;
}

/** What a key adds to the name of the rows it refers to: "component" of `component_part_id`. */
function rolesOf({ words }: ColumnModel, rows: TableModel): readonly string[] {
  return words.filter((word) => !rows.words.includes(word) && !/^(id|code|no|number)$/.test(word));
}

function names(noun: string, { words }: TableModel): boolean {
  return tokenize(noun).every(({ lemma }) => words.includes(lemma));
}

/** "The course Algebra" and "the Algebra course" as "Algebra". */
function withoutNoun(named: string, rows: TableModel): string {
  const words = named.split(/\s+/);
  const isNoun = (word: string | undefined) => word !== undefined && names(word, rows);
  if (words.length < 2) return named;
  if (isNoun(words[0])) return words.slice(1).join(' ');
  return isNoun(words.at(-1)) ? words.slice(0, -1).join(' ') : named;
}
