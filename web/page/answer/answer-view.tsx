import type { Run } from '../api/contract.ts';
import { download, request } from '../api/request.ts';
import { announce } from '../ui/announcer.tsx';
import { CopyButton } from '../ui/copy-button.tsx';
import { formatCount } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { Basis } from './basis.tsx';
import { Chart } from './chart.tsx';
import { ResultTable } from './result-table.tsx';

/** The answer: a sentence, its rows as table and chart, and what it rests on. */
export function AnswerView(props: { readonly run: Run; readonly onRun: (run: Run) => void }) {
  const { run, onRun } = props;
  const hasRows = run.columns.length > 0;
  return (
    <section class="answer" aria-labelledby="answer">
      <h2 class="unseen">Answer</h2>
      <p id="answer" class="sentence">
        {run.answer}
      </p>
      <div class={`answer-data ${run.chart === null ? '' : 'answer-charted'}`}>
        {run.chart !== null && <Chart spec={run.chart} title={run.chart.title} />}
        {hasRows && (
          <ResultTable
            columns={run.columns}
            rows={run.rows}
            label={`Result: ${run.question}`}
            note={truncationOf(run)}
          />
        )}
      </div>
      <AnswerActions run={run} onRun={onRun} />
      <Basis run={run} />
    </section>
  );
}

function truncationOf({ isTruncated, rows }: Run): string | null {
  if (!isTruncated) return null;
  return `The first ${formatCount(rows.length)} rows; a download has all of them.`;
}

const FORMATS = [
  ['csv', 'CSV'],
  ['parquet', 'Parquet'],
  ['json', 'JSON'],
] as const;

function AnswerActions(props: { readonly run: Run; readonly onRun: (run: Run) => void }) {
  const { run, onRun } = props;
  const exporting = useAction();
  const path = `/runs/${encodeURIComponent(run.id)}`;
  return (
    <>
      <div class="answer-actions">
        <fieldset class="button-group" aria-label="Download the result">
          {FORMATS.map(([format, name]) => (
            <button
              key={format}
              type="button"
              class="button button-small"
              disabled={exporting.isBusy}
              onClick={() =>
                void exporting.start(async () => {
                  await download(`${path}/export?format=${format}`, `${run.id}.${format}`);
                  announce(`${name} downloaded`);
                })
              }
            >
              <Icon name="download" />
              {name}
            </button>
          ))}
        </fieldset>
        <CopyButton text={location.href} label="Copy link" what="Link" />
        <span class="spacer" />
        <FeedbackButtons run={run} onRun={onRun} />
      </div>
      {exporting.problem !== null && (
        <ProblemNotice title="The result could not be downloaded" problem={exporting.problem} />
      )}
    </>
  );
}

function FeedbackButtons(props: { readonly run: Run; readonly onRun: (run: Run) => void }) {
  const { run, onRun } = props;
  const rating = useAction();
  const rate = (value: 1 | -1): void =>
    void rating.start(async () => {
      const path = `/runs/${encodeURIComponent(run.id)}/feedback`;
      const body = { rating: value };
      onRun((await request<{ readonly run: Run }>(path, { method: 'POST', body })).run);
      announce('Thank you');
    });
  return (
    <fieldset class="feedback" aria-label="Is this right?">
      <span aria-hidden="true">Is this right?</span>
      <button
        type="button"
        class="button button-quiet button-small"
        aria-pressed={run.feedback?.rating === 1}
        onClick={() => rate(1)}
      >
        <Icon name="up" />
        Right
      </button>
      <button
        type="button"
        class="button button-quiet button-small"
        aria-pressed={run.feedback?.rating === -1}
        onClick={() => rate(-1)}
      >
        <Icon name="down" />
        Wrong
      </button>
      {rating.problem !== null && <span class="bad">{rating.problem.message}</span>}
    </fieldset>
  );
}
