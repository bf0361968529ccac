import { useState } from 'preact/hooks';
import type { RunSummary } from '../api/contract.ts';
import { request } from '../api/request.ts';
import { Status } from '../run/status.tsx';
import { Link } from '../shell/link.tsx';
import { formatDuration, formatWhen, toLocalText } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { EmptyState, ProblemNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { useEvery } from '../ui/use-every.ts';
import { useResource } from '../ui/use-resource.ts';

interface RunList {
  readonly runs: readonly RunSummary[];
}

const PAGE = 50;
const REFRESH_MS = 5000;

/** Every run the service keeps, newest first: those of this page and of every other door. */
export function RunsView() {
  const runs = useResource<RunList>(`/runs?limit=${PAGE}`);
  const [older, setOlder] = useState<readonly RunSummary[]>([]);
  const [isAll, setAll] = useState(false);
  useEvery(REFRESH_MS, runs.reload);
  const loading = useAction();
  const loadOlder = (last: string): void =>
    void loading.start(async () => {
      const path = `/runs?limit=${PAGE}&before=${encodeURIComponent(last)}`;
      const { runs: more } = await request<RunList>(path);
      setOlder((known) => [...known, ...more]);
      setAll(more.length < PAGE);
    });
  return (
    <>
      <header class="view-head">
        <h1>Runs</h1>
        <p>What was asked, here and through every other door.</p>
      </header>
      <Loaded of={runs} what="the runs">
        {({ runs: newest }) => {
          const known = new Set(newest.map(({ id }) => id));
          const all = [...newest, ...older.filter(({ id }) => !known.has(id))];
          const last = all.at(-1);
          if (last === undefined) return <NoRuns />;
          return (
            <>
              <RunTable runs={all} />
              {newest.length === PAGE && !isAll && (
                <button
                  type="button"
                  class="button"
                  disabled={loading.isBusy}
                  onClick={() => loadOlder(last.id)}
                >
                  Older runs
                </button>
              )}
              {loading.problem !== null && <ProblemNotice problem={loading.problem} />}
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function NoRuns() {
  return (
    <EmptyState title="Nothing was asked yet">
      <p>
        <Link to={{ view: 'ask' }}>Ask a question</Link>, or run <code>heliosdb ask "…"</code> in a
        terminal: its run appears here.
      </p>
    </EmptyState>
  );
}

function RunTable({ runs }: { readonly runs: readonly RunSummary[] }) {
  const now = new Date();
  return (
    <ol class="run-list">
      {runs.map((run) => (
        <li key={run.id} class="run-row">
          <Link to={{ view: 'run', id: run.id }} class="run-link">
            {run.question}
          </Link>
          {run.answer !== null && run.status !== 'canceled' && (
            <p class="run-answer">{run.answer}</p>
          )}
          <p class="run-facts">
            <Status status={run.status} />
            <time dateTime={run.started} title={toLocalText(new Date(run.started))}>
              {formatWhen(run.started, now)}
            </time>
            {run.finished !== null && (
              <span>{formatDuration(Date.parse(run.finished) - Date.parse(run.started))}</span>
            )}
            <span>{run.identity}</span>
            {run.feedback !== null && (
              <span>{run.feedback.rating === 1 ? 'rated right' : 'rated wrong'}</span>
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}
