import type { Run } from '../api/contract.ts';
import { Link } from '../shell/link.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { replaceWord } from './mark-words.ts';

/** What came of a run that has no answer, and what one can do about it. */
export function Outcome(props: {
  readonly run: Run;
  readonly isBusy: boolean;
  readonly onChoose: (choice: number) => void;
  readonly onDraft: (question: string) => void;
}) {
  const { run } = props;
  switch (run.status) {
    case 'clarify':
      return <Clarification {...props} />;
    case 'refused':
      return <Refusal {...props} />;
    case 'failed':
      return run.error === null ? null : (
        <ProblemNotice title={failedTitle(run)} problem={run.error} />
      );
    case 'canceled':
      return (
        <section class="notice">
          <h2 class="notice-title">Cancelled</h2>
          <p>Nothing was changed. Ask again to run it from the start.</p>
        </section>
      );
    default:
      return null;
  }
}

function failedTitle({ error, tasks }: Run): string {
  const task = tasks.find(({ id }) => id === error?.task);
  return task === undefined ? 'The run failed' : `“${task.title}” failed`;
}

function Clarification(props: {
  readonly run: Run;
  readonly isBusy: boolean;
  readonly onChoose: (choice: number) => void;
}) {
  const { clarification } = props.run;
  if (clarification === null) return null;
  return (
    <section class="notice notice-asks" aria-labelledby="clarification">
      <h2 id="clarification" class="notice-title">
        {clarification.question}
      </h2>
      <ul class="choices">
        {clarification.options.map(({ label }, index) => (
          <li key={label}>
            <button
              type="button"
              class="choice"
              disabled={props.isBusy}
              onClick={() => props.onChoose(index)}
            >
              {label}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Refusal(props: { readonly run: Run; readonly onDraft: (question: string) => void }) {
  const { question, refusal } = props.run;
  if (refusal === null) return null;
  const [word] = refusal.unknownWords;
  return (
    <section class="notice notice-asks" aria-labelledby="refusal">
      <h2 id="refusal" class="notice-title">
        {refusal.reason}
      </h2>
      {refusal.suggestions.length > 0 && (
        <>
          <p>Names that come near:</p>
          <ul class="choices">
            {refusal.suggestions.map((name) => (
              <li key={name}>
                <button
                  type="button"
                  class="choice"
                  onClick={() =>
                    props.onDraft(word === undefined ? name : replaceWord(question, word, name))
                  }
                >
                  {name}
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
      <p>
        Say it in other words below, or look at{' '}
        <Link to={{ view: 'schema', table: null }}>what the database holds</Link>.
      </p>
    </section>
  );
}
