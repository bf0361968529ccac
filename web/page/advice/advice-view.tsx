import { Link } from '../shell/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { EmptyState } from '../ui/notice.tsx';
import { useEvery } from '../ui/use-every.ts';
import { useResource } from '../ui/use-resource.ts';
import type { Advice } from './advice.ts';
import { byOpenness } from './advice.ts';
import { AdviceCard } from './advice-card.tsx';

interface AdviceList {
  /** One sentence. */
  readonly summary: string;
  readonly advice: readonly Advice[];
}

const REFRESH_MS = 5000;

/** What the advisor found in what procedures did, and what trying it showed. */
export function AdviceView({ id }: { readonly id: string | null }) {
  const found = useResource<AdviceList>('/advice');
  const { resource, reload } = found;
  useEvery(REFRESH_MS, reload);
  const isAbsent = resource.state === 'failed' && resource.problem.sqlstate === '0A000';
  return (
    <>
      <header class="view-head">
        <h1>Advice</h1>
        <p>
          Found in what procedures did, and believed only once a replay on a copy has shown that it
          helps.
        </p>
      </header>
      {isAbsent ? (
        <EmptyState title="This service gives no advice">
          <p>A newer version of HeliosDB has an advisor that reads what procedures do.</p>
        </EmptyState>
      ) : (
        <Loaded of={found} what="the advice">
          {({ advice, summary }) =>
            id === null ? (
              <AdviceLists advice={advice} summary={summary} onChange={reload} />
            ) : (
              <OneAdvice advice={advice.find((one) => one.id === id)} onChange={reload} />
            )
          }
        </Loaded>
      )}
    </>
  );
}

function OneAdvice(props: { readonly advice: Advice | undefined; readonly onChange: () => void }) {
  return (
    <>
      <p class="crumb">
        <Link to={{ view: 'advice', id: null }}>All advice</Link>
      </p>
      {props.advice === undefined ? (
        <EmptyState title="This finding is gone">
          <p>What is no longer true of the procedures is no longer listed.</p>
        </EmptyState>
      ) : (
        <AdviceCard {...props} advice={props.advice} isOpen />
      )}
    </>
  );
}

function AdviceLists(props: {
  readonly advice: readonly Advice[];
  readonly summary: string;
  readonly onChange: () => void;
}) {
  const { advice, summary, ...rest } = props;
  const { open, decided } = byOpenness(advice);
  if (advice.length === 0) {
    return (
      <EmptyState title="Nothing to advise">
        <p>{summary}</p>
        <p>
          The advisor reads what procedures do. Let them work for a while, then look here again.
        </p>
      </EmptyState>
    );
  }
  return (
    <>
      <p class="facts">{summary}</p>
      {open.length > 0 && (
        <section aria-labelledby="open">
          <h2 id="open" class="unseen">
            Open
          </h2>
          {open.map((one) => (
            <AdviceCard key={one.id} advice={one} {...rest} />
          ))}
        </section>
      )}
      {decided.length > 0 && (
        <section aria-labelledby="decided">
          <h2 id="decided">Decided</h2>
          {decided.map((one) => (
            <AdviceCard key={one.id} advice={one} {...rest} />
          ))}
        </section>
      )}
    </>
  );
}
