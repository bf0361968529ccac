import { useEffect, useState } from 'preact/hooks';
import type { JsonValue, ResultColumn } from '../api/contract.ts';
import { announce } from '../ui/announcer.tsx';
import { formatCount, formatNumberOf } from '../ui/format.ts';
import { Scroll } from '../ui/scroll.tsx';
import { isNumeric, toCell } from './cell.ts';
import type { Order } from './sort.ts';
import { nextOrder, sortRows } from './sort.ts';

const PAGE_SIZES = [25, 100, 500] as const;

/** Rows with their columns: sorted by a click on a head, a page at a time. */
export function ResultTable(props: {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly label: string;
  /** What to say about rows that are not here. */
  readonly note: string | null;
}) {
  const { columns, rows, label, note } = props;
  const [order, setOrder] = useState<Order | null>(null);
  const [page, setPage] = useState(0);
  const [pageSize, setPageSize] = useState<number>(PAGE_SIZES[0]);
  useEffect(() => {
    setOrder(null);
    setPage(0);
  }, [rows]);
  const column = order === null ? undefined : columns[order.column];
  const sorted = sortRows(rows, order, column !== undefined && isNumeric(column));
  const shown = sorted.slice(page * pageSize, (page + 1) * pageSize);
  const sort = (index: number): void => {
    const next = nextOrder(order, index);
    setOrder(next);
    setPage(0);
    const name = columns[index]?.name ?? '';
    announce(next === null ? 'In the order of the answer' : `${name}, ${next.direction}`);
  };
  return (
    <div class="result">
      <Scroll label={label}>
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="row-number">
                <span class="unseen">Row</span>
              </th>
              {columns.map((one, index) => (
                <ColumnHead
                  key={`${index} ${one.name}`}
                  column={one}
                  direction={order?.column === index ? order.direction : null}
                  onSort={() => sort(index)}
                />
              ))}
            </tr>
          </thead>
          <tbody>
            {shown.map((row, index) => (
              <tr key={page * pageSize + index}>
                <td class="row-number">{formatCount(page * pageSize + index + 1)}</td>
                {columns.map((one, place) => (
                  <TableCell key={`${place} ${one.name}`} value={row[place] ?? null} column={one} />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
        {rows.length === 0 && <p class="table-empty">No rows.</p>}
      </Scroll>
      <div class="table-foot">
        <p>{note ?? formatNumberOf(rows.length, 'row')}</p>
        {rows.length > PAGE_SIZES[0] && (
          <Pages
            page={page}
            pageSize={pageSize}
            rowCount={rows.length}
            onPage={setPage}
            onPageSize={(size) => {
              setPageSize(size);
              setPage(0);
            }}
          />
        )}
      </div>
    </div>
  );
}

function ColumnHead(props: {
  readonly column: ResultColumn;
  readonly direction: Order['direction'] | null;
  readonly onSort: () => void;
}) {
  const { column, direction, onSort } = props;
  return (
    <th
      scope="col"
      class={isNumeric(column) ? 'numeric' : undefined}
      aria-sort={direction ?? 'none'}
    >
      <button type="button" class="column-head" title={`Sort by ${column.name}`} onClick={onSort}>
        <span class="column-name">
          {column.name}
          <span class={`column-order column-${direction ?? 'unsorted'}`} aria-hidden="true" />
        </span>
        <span class="column-type">{column.type}</span>
      </button>
    </th>
  );
}

const CELL_CHARACTERS_MAX = 300;

function TableCell(props: { readonly value: JsonValue; readonly column: ResultColumn }) {
  const { text, kind } = toCell(props.value, props.column);
  const isLong = text.length > CELL_CHARACTERS_MAX;
  return (
    <td class={`${isNumeric(props.column) ? 'numeric ' : ''}cell-${kind}`}>
      {isLong ? (
        <details class="cell-long">
          <summary>{text.slice(0, CELL_CHARACTERS_MAX)}…</summary>
          {text}
        </details>
      ) : (
        text
      )}
    </td>
  );
}

function Pages(props: {
  readonly page: number;
  readonly pageSize: number;
  readonly rowCount: number;
  readonly onPage: (page: number) => void;
  readonly onPageSize: (size: number) => void;
}) {
  const { page, pageSize, rowCount, onPage, onPageSize } = props;
  const last = Math.ceil(rowCount / pageSize) - 1;
  const first = page * pageSize + 1;
  const to = Math.min(rowCount, (page + 1) * pageSize);
  return (
    <fieldset class="pages" aria-label="Pages">
      <label>
        <span>Rows a page</span>
        <select
          value={pageSize}
          onChange={(event) => onPageSize(Number(event.currentTarget.value))}
        >
          {PAGE_SIZES.map((size) => (
            <option key={size} value={size}>
              {size}
            </option>
          ))}
        </select>
      </label>
      <span role="status">
        {formatCount(first)}–{formatCount(to)} of {formatCount(rowCount)}
      </span>
      <button
        type="button"
        class="button button-small"
        disabled={page === 0}
        onClick={() => onPage(page - 1)}
      >
        Previous
      </button>
      <button
        type="button"
        class="button button-small"
        disabled={page >= last}
        onClick={() => onPage(page + 1)}
      >
        Next
      </button>
    </fieldset>
  );
}
