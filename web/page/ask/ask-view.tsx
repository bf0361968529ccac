import { useService } from '../shell/service-context.tsx';
import { formatNumberOf } from '../ui/format.ts';
import { ProblemNotice } from '../ui/notice.tsx';
import { useResource } from '../ui/use-resource.ts';
import { AskBox } from './ask-box.tsx';
import { Sundial } from './sundial.tsx';
import { useAsk } from './use-ask.ts';

/** Where a conversation starts. */
export function AskView() {
  const { ask, isBusy, problem } = useAsk({});
  return (
    <div class="start">
      <Sundial />
      <h1 class="start-title">Ask the database</h1>
      <About />
      <AskBox isBusy={isBusy} onAsk={ask} isFocusedFirst />
      {problem !== null && <ProblemNotice problem={problem} />}
      <Examples onAsk={ask} />
    </div>
  );
}

function About() {
  const { value } = useService().catalog.resource;
  if (value === null) return <p class="start-about">&nbsp;</p>;
  const rowCount = value.tables.reduce((sum, { rowCount: count }) => sum + count, 0);
  return (
    <p class="start-about">
      {value.database} · {formatNumberOf(value.tables.length, 'table')} ·{' '}
      {formatNumberOf(rowCount, 'row')}
    </p>
  );
}

/** Questions that this database can answer: each was planned before it is offered. */
function Examples({ onAsk }: { readonly onAsk: (question: string) => void }) {
  const { resource } = useResource<{ readonly suggestions: readonly string[] }>(
    '/suggestions?limit=6',
  );
  const { value } = resource;
  if (value === null || value.suggestions.length === 0) return null;
  return (
    <section class="examples" aria-labelledby="examples-title">
      <h2 id="examples-title">It can answer, for example</h2>
      <ul>
        {value.suggestions.map((question) => (
          <li key={question}>
            <button type="button" class="example" onClick={() => onAsk(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
