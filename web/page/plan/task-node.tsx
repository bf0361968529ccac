import { useEffect, useState } from 'preact/hooks';
import type { RunTask } from '../api/contract.ts';
import { formatDuration, formatNumberOf } from '../ui/format.ts';

const KINDS: Readonly<Record<RunTask['kind'], string>> = {
  query: 'query',
  call: 'procedure',
  aggregate: 'aggregate',
  sql: 'SQL',
  write: 'change',
};

const STATES: Readonly<Record<RunTask['state'], string>> = {
  waiting: 'waiting',
  running: 'running',
  done: 'done',
  failed: 'failed',
  canceled: 'cancelled',
};

/** A task of the plan: what it does, and how far it is. */
export function TaskNode(props: {
  readonly task: RunTask;
  readonly number: number;
  readonly place: { readonly x: number; readonly y: number };
  readonly size: { readonly width: number; readonly height: number };
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const { task, number, place, size, isChosen } = props;
  const elapsedMs = useElapsed(task.state === 'running');
  const ms = task.ms ?? (task.state === 'running' ? elapsedMs : null);
  return (
    <li
      class={`task task-${task.state} ${isChosen ? 'task-chosen' : ''}`}
      style={{
        transform: `translate(${place.x}px, ${place.y}px)`,
        width: `${size.width}px`,
        height: `${size.height}px`,
      }}
    >
      <button
        type="button"
        class="task-button"
        aria-expanded={isChosen}
        aria-controls={isChosen ? 'task-detail' : undefined}
        onClick={props.onChoose}
      >
        <Ring task={task} number={number} />
        <span class="task-text">
          <span class="task-kind">{KINDS[task.kind]}</span>
          <span class="task-title">{task.title}</span>
          <span class="task-facts">
            <span class={task.state === 'done' ? 'unseen' : ''}>{STATES[task.state]}</span>
            {task.rows !== null && <span>{formatNumberOf(task.rows, 'row')}</span>}
            {task.fraction !== null && <span>{Math.round(task.fraction * 100)} %</span>}
            {ms !== null && <span>{formatDuration(ms)}</span>}
          </span>
        </span>
      </button>
    </li>
  );
}

const RADIUS = 15;
const CIRCUMFERENCE = 2 * Math.PI * RADIUS;

/** A sun that rises with the task: its ring closes as far as the task is. */
function Ring({ task, number }: { readonly task: RunTask; readonly number: number }) {
  const { state, fraction } = task;
  const isUnmeasured = state === 'running' && fraction === null;
  const share = state === 'done' ? 1 : isUnmeasured ? 0.25 : (fraction ?? 0);
  return (
    <svg class="ring" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
      <circle class="ring-track" cx="18" cy="18" r={RADIUS} />
      <circle
        class={`ring-fill ${isUnmeasured ? 'ring-turning' : ''}`}
        cx="18"
        cy="18"
        r={RADIUS}
        stroke-dasharray={`${share * CIRCUMFERENCE} ${CIRCUMFERENCE}`}
        transform="rotate(-90 18 18)"
      />
      {state === 'done' && <path class="ring-mark" d="m12.5 18.5 4 4 7.5-8" />}
      {(state === 'failed' || state === 'canceled') && (
        <path class="ring-mark" d="m13.5 13.5 9 9M22.5 13.5l-9 9" />
      )}
      {(state === 'waiting' || state === 'running') && (
        <text class="ring-number" x="18" y="18">
          {number}
        </text>
      )}
    </svg>
  );
}

const TICK_MS = 100;

/** Time since something began, while it goes on. */
function useElapsed(isGoing: boolean): number {
  const [elapsedMs, setElapsed] = useState(0);
  useEffect(() => {
    if (!isGoing) return;
    const start = performance.now();
    setElapsed(0);
    const timer = setInterval(() => setElapsed(performance.now() - start), TICK_MS);
    return () => clearInterval(timer);
  }, [isGoing]);
  return elapsedMs;
}
