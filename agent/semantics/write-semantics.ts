import type { CatalogSnapshot, CatalogTable } from '#planner';
import { describeSchema } from '#planner';

/**
 * The text of a semantic model file for a database, made from what the planner believes of it:
 * every line may be changed, and what is left out stays as the planner believes it.
 */
export async function writeSemantics(catalog: CatalogSnapshot): Promise<string> {
  const { stringify } = await import('yaml');
  const beliefs = describeSchema(catalog);
  const tables = Object.fromEntries(
    catalog.tables.map((table, index) => [tableKey(table), tableEntry(table, beliefs[index])]),
  );
  const joins = catalog.keys
    .filter(({ from, to }) => from.columns.length === 1 && to.columns.length === 1)
    .map(({ from, to }) => ({
      from: `${tableKey({ schema: from.schema, name: from.table })}.${from.columns[0]}`,
      to: `${tableKey({ schema: to.schema, name: to.table })}.${to.columns[0]}`,
    }));
  return `${HEADER}${stringify({ version: 1, tables, joins }, { lineWidth: 100 })}`;
}

const HEADER = `# What the words of a question mean in this database. \`heliosdb model check\` reads it.
#
# tables.<name>: description, synonyms, hidden, label (columns that name a row), columns, metrics
# columns.<name>: description, synonyms, hidden, unit
# metrics.<name>: expression over one row (quantity * unit_price), description, synonyms, unit
# joins: the preferred way from one table to another
`;

interface Belief {
  readonly label: readonly string[];
}

function tableEntry(table: CatalogTable, belief: Belief | undefined): object {
  return {
    description: table.comment ?? '',
    synonyms: [],
    ...(belief === undefined || belief.label.length === 0 ? {} : { label: belief.label }),
    columns: Object.fromEntries(
      table.columns.map(({ name, comment }) => [
        name,
        { description: comment ?? '', synonyms: [] },
      ]),
    ),
  };
}

function tableKey({ schema, name }: { readonly schema: string; readonly name: string }): string {
  return schema === 'main' ? name : `${schema}.${name}`;
}
