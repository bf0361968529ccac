import { useState } from 'preact/hooks';
import { request } from '../api/request.ts';
import { Link } from '../shell/link.tsx';
import { useMayActAs } from '../shell/service-context.tsx';
import { announce } from '../ui/announcer.tsx';
import { Confirm } from '../ui/confirm.tsx';
import { formatCount, formatDuration } from '../ui/format.ts';
import { ProblemNotice } from '../ui/notice.tsx';
import { SqlCode } from '../ui/sql-code.tsx';
import { useAction } from '../ui/use-action.ts';
import type { Advice, AdviceAction } from './advice.ts';
import { actionsOf, STATE_NAMES } from './advice.ts';
import { VerdictView } from './verdict-view.tsx';

const ACTION_NAMES: Readonly<Record<AdviceAction, string>> = {
  replay: 'Try it on a copy',
  apply: 'Apply',
  revert: 'Take it back',
  dismiss: 'Dismiss',
};

/** One finding: what, why, what to do, the numbers, the verdict, and what one may do with it. */
export function AdviceCard(props: {
  readonly advice: Advice;
  readonly onChange: () => void;
  readonly isOpen?: boolean;
}) {
  const { advice, onChange, isOpen = false } = props;
  const [mayTry, mayChange] = [useMayActAs('author'), useMayActAs('admin')];
  const [reason, setReason] = useState('');
  const [asked, setAsked] = useState<AdviceAction | null>(null);
  const acting = useAction();
  const act = async (action: AdviceAction): Promise<void> => {
    const isDone = await acting.start(async () => {
      const path = `/advice/${encodeURIComponent(advice.id)}/${action}`;
      const body = action === 'dismiss' && reason.trim() !== '' ? { reason: reason.trim() } : {};
      await request(path, { method: 'POST', body });
    });
    setAsked(null);
    announce(isDone ? `${ACTION_NAMES[action]}: done` : `${ACTION_NAMES[action]}: failed`);
    onChange();
  };
  const actions = actionsOf(advice).filter((action) =>
    action === 'apply' || action === 'revert' ? mayChange : mayTry,
  );
  const titleId = `advice-${advice.id}`;
  return (
    <article class={`advice advice-${advice.state}`} aria-labelledby={titleId}>
      <header class="advice-head">
        <h3 id={titleId}>
          <Link to={{ view: 'advice', id: advice.id }}>{advice.what}</Link>
        </h3>
        <span class={`verdict verdict-${advice.state}`}>{STATE_NAMES[advice.state]}</span>
      </header>
      <p class="facts">
        <Link to={{ view: 'procedure', name: advice.procedure, tab: 'overview' }}>
          {advice.procedure}
        </Link>
        {' · '}
        <span class="code">{advice.id}</span>
        {advice.expectedMsPerHour > 0 &&
          ` · expected to save ${formatDuration(advice.expectedMsPerHour)} an hour`}
      </p>
      <p>{advice.why}</p>
      <p>
        <strong>What to do:</strong> {advice.whatToDo}
      </p>
      <Evidence evidence={advice.evidence} />
      {advice.verdict !== null && <VerdictView verdict={advice.verdict} isOpen={isOpen} />}
      {advice.verdict === null && advice.reason !== null && <p class="help">{advice.reason}</p>}
      {acting.problem !== null && <ProblemNotice problem={acting.problem} />}
      {actions.length > 0 && (
        <p class="advice-actions">
          {actions.map((action, index) => (
            <button
              key={action}
              type="button"
              class={`button ${index === 0 ? 'button-main' : ''}`}
              disabled={acting.isBusy}
              onClick={() => (action === 'replay' ? void act(action) : setAsked(action))}
            >
              {ACTION_NAMES[action]}
            </button>
          ))}
          {acting.isBusy && <span role="status">Working…</span>}
        </p>
      )}
      {asked !== null && (
        <ConfirmAction
          advice={advice}
          action={asked}
          reason={reason}
          onReason={setReason}
          isBusy={acting.isBusy}
          onConfirm={() => void act(asked)}
          onClose={() => setAsked(null)}
        />
      )}
    </article>
  );
}

function ConfirmAction(props: {
  readonly advice: Advice;
  readonly action: AdviceAction;
  /** Why a finding is dismissed. */
  readonly reason: string;
  readonly onReason: (reason: string) => void;
  readonly isBusy: boolean;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
}) {
  const { advice, action, reason, onReason, ...rest } = props;
  const statements = statementsOf(advice, action);
  const titles: Readonly<Record<AdviceAction, string>> = {
    replay: 'Try it on a copy?',
    apply: 'Change the database?',
    revert: 'Take the change back?',
    dismiss: 'Dismiss this finding?',
  };
  return (
    <Confirm title={titles[action]} action={ACTION_NAMES[action]} {...rest}>
      {action === 'dismiss' ? (
        <>
          <p>It stays in the list of what was decided, and is not proposed again.</p>
          <label class="field">
            <span>Why, if you like to say it</span>
            <input
              type="text"
              maxLength={1000}
              value={reason}
              onInput={(event) => onReason(event.currentTarget.value)}
            />
          </label>
        </>
      ) : (
        <p>{statements.length === 0 ? advice.whatToDo : 'These statements are run:'}</p>
      )}
      {statements.length > 0 && (
        <SqlCode sql={statements.join(';\n')} label="Statements to be run" />
      )}
    </Confirm>
  );
}

function statementsOf({ verdict }: Advice, action: AdviceAction): readonly string[] {
  if (action === 'apply') return verdict?.apply ?? [];
  return action === 'revert' ? (verdict?.revert ?? []) : [];
}

/** The numbers that the finding rests on. */
function Evidence({ evidence }: { readonly evidence: Advice['evidence'] }) {
  return (
    <dl class="evidence">
      {Object.entries(evidence).map(([name, value]) => (
        <div key={name}>
          <dt>{spoken(name)}</dt>
          <dd>{typeof value === 'number' ? formatCount(value) : String(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/** `queriesPerCall` → `queries per call`. */
function spoken(name: string): string {
  return name
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase();
}
