import { useEffect, useRef } from 'preact/hooks';
import { Basis } from '../answer/basis.tsx';
import { isNumeric, toCell } from '../answer/cell.ts';
import { ResultTable } from '../answer/result-table.tsx';
import type { Change, JsonValue, ResultColumn, Run } from '../api/contract.ts';
import { request } from '../api/request.ts';
import { announce } from '../ui/announcer.tsx';
import { formatCount, formatNumberOf } from '../ui/format.ts';
import { ProblemNotice } from '../ui/notice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { SqlCode } from '../ui/sql-code.tsx';
import { useAction } from '../ui/use-action.ts';

/** A change that was asked for: what it would do, whether to do it, and what it did. */
export function ChangeView(props: {
  readonly run: Run;
  readonly change: Change;
  readonly onRun: (run: Run) => void;
}) {
  const { run, change, onRun } = props;
  const sentence = useRef<HTMLParagraphElement>(null);
  const isDone = change.state === 'done';
  const isOpen = change.state === 'open';
  useEffect(() => {
    // The button that was pressed is gone: what it did takes its place.
    if (isDone && document.activeElement === document.body) sentence.current?.focus();
  }, [isDone]);
  return (
    <section class="answer change" aria-labelledby="change">
      <h2 class="unseen">Change</h2>
      <p id="change" class="sentence" tabIndex={-1} ref={sentence}>
        {run.answer}
      </p>
      {isOpen && <Warnings change={change} assumptions={run.assumptions} />}
      <SqlCode sql={change.sql} label="Statement of the change" />
      {change.rows.length > 0 && <ChangedRows change={change} label={run.question} />}
      {run.columns.length > 0 && (
        <ResultTable
          columns={run.columns}
          rows={run.rows}
          label={`What ${change.target} returned`}
          note={null}
        />
      )}
      {isOpen && <Decision change={change} onRun={onRun} />}
      <Basis run={{ ...run, sql: null, assumptions: isOpen ? [] : run.assumptions }} />
    </section>
  );
}

/** What to mind before it is decided: that comes first, what was assumed included. */
function Warnings(props: { readonly change: Change; readonly assumptions: readonly string[] }) {
  const { isUnconditional, warnings } = props.change;
  const assumed = props.assumptions.map((text) => `Assumed: ${text}`);
  const [first, ...rest] = [...warnings, ...assumed];
  if (first === undefined) return null;
  return (
    <div class={`notice ${isUnconditional ? 'notice-bad' : 'notice-asks'}`} role="note">
      <p class={isUnconditional ? 'notice-title' : ''}>{first}</p>
      {rest.map((text) => (
        <p key={text}>{text}</p>
      ))}
    </div>
  );
}

/** The two buttons; only the one whom the change was shown to can use them. */
function Decision(props: { readonly change: Change; readonly onRun: (run: Run) => void }) {
  const { change, onRun } = props;
  const deciding = useAction();
  const { token, expires } = change;
  if (token === null && expires === null) {
    return <p class="help">The database is opened read-only: the change cannot be made here.</p>;
  }
  const isOver = token === null || (expires !== null && Date.parse(expires) <= Date.now());
  if (isOver) {
    return (
      <p class="help">This can no longer be confirmed. Ask again to see what it would do now.</p>
    );
  }
  const decide = (what: 'confirm' | 'decline'): void =>
    void deciding.start(async () => {
      const body = { token };
      const path = `/confirmations/${what}`;
      const { run } = await request<{ readonly run: Run }>(path, { method: 'POST', body });
      onRun(run);
      announce(run.answer ?? '');
    });
  return (
    <>
      <p class="change-actions">
        <button
          type="button"
          class="button button-main"
          disabled={deciding.isBusy}
          onClick={() => decide('confirm')}
        >
          {deciding.isBusy ? 'Working' : CONFIRM[change.operation](change)}
        </button>
        <button
          type="button"
          class="button"
          disabled={deciding.isBusy}
          onClick={() => decide('decline')}
        >
          Cancel
        </button>
      </p>
      {deciding.problem !== null && (
        <ProblemNotice title="The change was not made" problem={deciding.problem} />
      )}
    </>
  );
}

const CONFIRM: Readonly<Record<Change['operation'], (change: Change) => string>> = {
  update: ({ rowCount }) => `Confirm: change ${formatNumberOf(rowCount ?? 0, 'row')}`,
  delete: ({ rowCount }) => `Confirm: delete ${formatNumberOf(rowCount ?? 0, 'row')}`,
  insert: ({ rowCount }) => `Confirm: add ${formatNumberOf(rowCount ?? 0, 'row')}`,
  call: ({ target }) => `Confirm: call ${target}`,
};

/** The first rows; a value that changes stands beside what it becomes. */
function ChangedRows({ change, label }: { readonly change: Change; readonly label: string }) {
  const { columns, rows, rowCount } = change;
  const rest = (rowCount ?? rows.length) - rows.length;
  return (
    <div class="result">
      <Scroll label={`Rows of the change: ${label}`}>
        <table class="table">
          <thead>
            <tr>
              {columns.map(({ name }) => (
                <th key={name} scope="col">
                  <span class="column-name">{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ before, after }, index) => (
              <tr
                key={index}
                class={after === null ? 'row-gone' : before === null ? 'row-new' : ''}
              >
                {columns.map((column, place) => (
                  <ChangedCell
                    key={column.name}
                    column={column}
                    before={before === null ? undefined : (before[place] ?? null)}
                    after={after === null ? undefined : (after[place] ?? null)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
      {rest > 0 && (
        <div class="table-foot">
          <p>and {formatCount(rest)} more</p>
        </div>
      )}
    </div>
  );
}

function ChangedCell(props: {
  readonly column: ResultColumn;
  readonly before: JsonValue | undefined;
  readonly after: JsonValue | undefined;
}) {
  const { column, before, after } = props;
  const numeric = isNumeric(column) ? 'numeric' : '';
  const isChanged =
    before !== undefined && after !== undefined && JSON.stringify(before) !== JSON.stringify(after);
  const show = (value: JsonValue) => toCell(value, column).text;
  if (!isChanged) return <td class={numeric}>{show(before ?? after ?? null)}</td>;
  return (
    <td class={`changed ${numeric}`}>
      <del>
        <span class="unseen">before: </span>
        {show(before)}
      </del>{' '}
      <ins>
        <span class="unseen">after: </span>
        {show(after)}
      </ins>
    </td>
  );
}
