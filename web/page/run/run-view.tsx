import { useEffect, useState } from 'preact/hooks';
import { AnswerView } from '../answer/answer-view.tsx';
import { escapeControls } from '../answer/cell.ts';
import type { Run, RunSummary } from '../api/contract.ts';
import { request } from '../api/request.ts';
import { AskBox } from '../ask/ask-box.tsx';
import { useAsk } from '../ask/use-ask.ts';
import { PlanView } from '../plan/plan-view.tsx';
import { Link } from '../shell/link.tsx';
import { formatDuration, formatWhen, toLocalText } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
import { EmptyState, Loading, ProblemNotice } from '../ui/notice.tsx';
import { useAction } from '../ui/use-action.ts';
import { ChangeView } from './change-view.tsx';
import { markWords } from './mark-words.ts';
import { Outcome } from './outcome.tsx';
import { Status } from './status.tsx';
import type { ModelReply } from './use-run.ts';
import { useRun } from './use-run.ts';

/** A run: its question, its plan at work, its answer, and what to ask next. */
export function RunView({ id }: { readonly id: string }) {
  const { run, reply, problem, isConnected, reload, setRun } = useRun(id);
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const conversation = run?.conversation ?? id;
  const asking = useAsk({ conversation });
  if (run === null) {
    if (problem === null) return <Loading what="the run" />;
    return problem.status === 404 ? <Gone /> : <ProblemNotice problem={problem} onRetry={reload} />;
  }
  return (
    <>
      {run.conversation !== null && <Earlier run={run} conversation={run.conversation} />}
      <article class="run" aria-labelledby="question" aria-busy={run.status === 'running'}>
        <RunHead run={run} onRun={setRun} onAgain={() => asking.ask(run.question)} />
        {!isConnected && (
          <p class="lost" role="status">
            The connection is lost. Connecting again; the run goes on.
          </p>
        )}
        {problem !== null && <ProblemNotice problem={problem} onRetry={reload} />}
        {run.status === 'running' && <Planning run={run} reply={reply} />}
        {run.plan !== null && <PlanView run={run} />}
        {run.confirmation !== null && run.status !== 'running' ? (
          <ChangeView run={run} change={run.confirmation} onRun={setRun} />
        ) : (
          run.status === 'ok' && !run.isPlanOnly && <AnswerView run={run} onRun={setRun} />
        )}
        <Outcome
          run={run}
          isBusy={asking.isBusy}
          onChoose={(choice) => asking.choose(run.id, choice)}
          onDraft={setDraft}
        />
      </article>
      {run.status !== 'running' && (
        <div class="follow">
          <AskBox
            isBusy={asking.isBusy}
            onAsk={asking.ask}
            label="Next question"
            placeholder="Ask another question"
            {...(draft === undefined ? {} : { text: draft })}
          />
          {asking.problem !== null && <ProblemNotice problem={asking.problem} />}
        </div>
      )}
    </>
  );
}

/** What goes on before there is a plan. */
function Planning(props: { readonly run: Run; readonly reply: ModelReply | null }) {
  const { run, reply } = props;
  if (reply !== null && reply.problem !== null) {
    return (
      <p class="lost" role="status">
        {reply.model} could not plan this: {reply.problem}. It is planned without a model.
      </p>
    );
  }
  if (run.plan !== null) return null;
  if (reply === null) return <Loading what="the question" />;
  return (
    <section class="reply" aria-label={`Reply of ${reply.model}`}>
      <p class="facts">{reply.model} plans</p>
      <pre aria-hidden="true">{escapeControls(reply.text).replaceAll('⏎', '\n')}</pre>
    </section>
  );
}

function Gone() {
  return (
    <EmptyState title="This run is not kept any more">
      <p>
        The oldest runs make room for new ones. <Link to={{ view: 'runs' }}>See those kept</Link>,
        or <Link to={{ view: 'ask' }}>ask again</Link>.
      </p>
    </EmptyState>
  );
}

function RunHead(props: {
  readonly run: Run;
  readonly onRun: (run: Run) => void;
  readonly onAgain: () => void;
}) {
  const { run, onRun, onAgain } = props;
  const canceling = useAction();
  const cancel = (): void =>
    void canceling.start(async () => {
      const path = `/runs/${encodeURIComponent(run.id)}`;
      onRun((await request<{ readonly run: Run }>(path, { method: 'DELETE' })).run);
    });
  return (
    <header class="run-head">
      <h1 id="question" class="question">
        {markWords(run.question, run.refusal?.unknownWords ?? []).map(({ text, isMarked }) =>
          isMarked ? <mark>{text}</mark> : text,
        )}
      </h1>
      <div class="run-meta">
        <Status status={run.status} />
        <time dateTime={run.started} title={toLocalText(new Date(run.started))}>
          {formatWhen(run.started, new Date())}
        </time>
        {run.timings !== null && <span>{formatDuration(run.timings.totalMs)}</span>}
        <span class="spacer" />
        {run.status === 'running' ? (
          <button
            type="button"
            class="button button-small"
            disabled={canceling.isBusy}
            onClick={cancel}
          >
            <Icon name="stop" />
            {canceling.isBusy ? 'Cancelling' : 'Cancel'}
          </button>
        ) : (
          <button type="button" class="button button-quiet button-small" onClick={onAgain}>
            <Icon name="again" />
            Ask again
          </button>
        )}
      </div>
      {canceling.problem !== null && <ProblemNotice problem={canceling.problem} />}
    </header>
  );
}

/** The runs of the conversation before this one. */
function Earlier(props: { readonly run: Run; readonly conversation: string }) {
  const { run, conversation } = props;
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  useEffect(() => {
    const abort = new AbortController();
    request<{ readonly runs: readonly RunSummary[] }>('/runs?limit=200', { signal: abort.signal })
      .then(({ runs: all }) =>
        setRuns(
          all
            .filter(({ id, conversation: of }) => id === conversation || of === conversation)
            .filter(({ id, started }) => id !== run.id && started <= run.started)
            .reverse(),
        ),
      )
      // The way back is a help; the run itself says what is wrong with the service.
      .catch(() => {});
    return () => abort.abort();
  }, [run.id, run.started, conversation]);
  if (runs.length === 0) return null;
  return (
    <nav class="earlier" aria-label="Earlier in this conversation">
      <ol>
        {runs.map(({ id, question, answer }) => (
          <li key={id}>
            <Link to={{ view: 'run', id }}>{question}</Link>
            {answer !== null && <p>{answer}</p>}
          </li>
        ))}
      </ol>
    </nav>
  );
}
