import { useState } from 'preact/hooks';
import type { Catalog, CatalogColumn, CatalogTable } from '../api/contract.ts';
import { Link } from '../shell/link.tsx';
import { useService } from '../shell/service-context.tsx';
import { formatCount, formatNumberOf } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { EmptyState } from '../ui/notice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { matchTables, nameOf } from './match-tables.ts';

/** What the database holds: tables beside the columns of one of them. */
export function SchemaView({ table }: { readonly table: string | null }) {
  const { catalog } = useService();
  return (
    <>
      <header class="view-head">
        <h1>Schema</h1>
        <p>What questions are understood with: names, types, keys and the values found.</p>
      </header>
      <Loaded of={catalog} what="the schema">
        {(value) =>
          value.tables.length === 0 ? (
            <EmptyState title="The database is empty">
              <p>
                Create a table first, for example with{' '}
                <code>heliosdb sql "CREATE TABLE orders AS FROM 'orders.csv'"</code>.
              </p>
            </EmptyState>
          ) : (
            <Tables catalog={value} chosen={table} />
          )
        }
      </Loaded>
    </>
  );
}

function Tables({
  catalog,
  chosen,
}: {
  readonly catalog: Catalog;
  readonly chosen: string | null;
}) {
  const [words, setWords] = useState('');
  const matches = matchTables(catalog.tables, words);
  const shown =
    chosen === null ? matches[0] : catalog.tables.find((table) => nameOf(table) === chosen);
  return (
    <div class="split">
      <div class="split-side">
        <label class="field">
          <span class="unseen">Find tables and columns</span>
          <input
            type="search"
            placeholder="Find a table or column"
            value={words}
            onInput={(event) => setWords(event.currentTarget.value)}
          />
        </label>
        <nav aria-label="Tables">
          <ul class="side-list">
            {matches.map((table) => (
              <li key={nameOf(table)}>
                <Link
                  to={{ view: 'schema', table: nameOf(table) }}
                  class="side-link"
                  isCurrent={table === shown}
                >
                  <span>{nameOf(table)}</span>
                  <span class="side-count">{formatCount(table.rowCount)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        {matches.length === 0 && <p class="help">No table or column has these words.</p>}
      </div>
      <div class="split-main">
        {shown === undefined ? (
          chosen !== null && (
            <EmptyState title={`There is no table ${chosen}`}>
              <p>Choose one of the list.</p>
            </EmptyState>
          )
        ) : (
          <Table table={shown} words={words} />
        )}
      </div>
    </div>
  );
}

function Table({ table, words }: { readonly table: CatalogTable; readonly words: string }) {
  const wanted = words.trim().toLowerCase();
  return (
    <section aria-labelledby="table-name">
      <div class="section-head">
        <h2 id="table-name">{nameOf(table)}</h2>
        <p>
          {table.kind} · {formatNumberOf(table.rowCount, 'row')} ·{' '}
          {formatNumberOf(table.columns.length, 'column')}
        </p>
      </div>
      {table.comment !== null && <p>{table.comment}</p>}
      <Scroll label={`Columns of ${table.name}`}>
        <table class="table table-plain">
          <thead>
            <tr>
              <th scope="col">Column</th>
              <th scope="col">Type</th>
              <th scope="col" class="numeric">
                Distinct
              </th>
              <th scope="col">Values</th>
            </tr>
          </thead>
          <tbody>
            {table.columns.map((column) => (
              <Column
                key={column.name}
                column={column}
                isMatch={wanted !== '' && column.name.toLowerCase().includes(wanted)}
              />
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}

function Column(props: { readonly column: CatalogColumn; readonly isMatch: boolean }) {
  const { column, isMatch } = props;
  const [target] = (column.references ?? '').split('.');
  return (
    <tr>
      <th scope="row" class="column-cell">
        {isMatch ? <mark>{column.name}</mark> : column.name}
        {column.isPrimaryKey && <span class="tag">key</span>}
        {column.comment !== null && <p class="help">{column.comment}</p>}
        {column.references !== null && target !== undefined && (
          <p class="help">
            → <Link to={{ view: 'schema', table: target }}>{column.references}</Link>
          </p>
        )}
      </th>
      <td class="type">
        {column.type}
        {!column.isNullable && <span class="help"> not null</span>}
      </td>
      <td class="numeric">
        {column.distinctCount === null ? '' : formatCount(column.distinctCount)}
      </td>
      <td class="values">{describeValues(column)}</td>
    </tr>
  );
}

const VALUES_SHOWN = 8;
const CHARACTERS_SHOWN = 70;

function describeValues({ values, valuesAreComplete, minimum, maximum }: CatalogColumn): string {
  if (values.length > 0) {
    const shown = values.filter((_, index) => {
      const before = values.slice(0, index + 1).join(', ').length;
      return index === 0 || (index < VALUES_SHOWN && before <= CHARACTERS_SHOWN);
    });
    const isAll = valuesAreComplete && shown.length === values.length;
    return isAll ? shown.join(', ') : `${shown.join(', ')}, …`;
  }
  if (minimum === null || maximum === null) return '';
  return minimum === maximum ? minimum : `${minimum} to ${maximum}`;
}
