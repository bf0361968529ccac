import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Run, RunEvent } from '../api/contract.ts';
import { followEvents } from '../api/event-stream.ts';
import type { Problem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { announce } from '../ui/announcer.tsx';
import { formatNumberOf } from '../ui/format.ts';
import { applyEvent } from './apply-event.ts';

/** What a language model says on its way to a plan; shown live, not kept. */
export interface ModelReply {
  readonly model: string;
  readonly text: string;
  /** Why it could not plan. */
  readonly problem: string | null;
}

export interface UseRun {
  readonly run: Run | null;
  readonly reply: ModelReply | null;
  readonly problem: Problem | null;
  /** False while a running run's events do not arrive; they are asked for again. */
  readonly isConnected: boolean;
  readonly reload: () => void;
  readonly setRun: (run: Run) => void;
}

/** A run, followed while it runs. */
export function useRun(id: string): UseRun {
  const [run, setRun] = useState<Run | null>(null);
  const [reply, setReply] = useState<ModelReply | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isConnected, setConnected] = useState(true);
  const [reading, setReading] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    setProblem(null);
    setReply(null);
    const update: Follower['update'] = (change) => setRun(change);
    follow(id, { signal, setRun, setReply, setConnected, update }).catch((error: unknown) => {
      if (!signal.aborted) setProblem(problemOf(error));
    });
    return () => abort.abort();
  }, [id, reading]);
  const reload = useCallback(() => setReading((count) => count + 1), []);
  return { run, reply, problem, isConnected, reload, setRun };
}

interface Follower {
  readonly signal: AbortSignal;
  readonly setRun: (run: Run) => void;
  readonly setReply: (change: (reply: ModelReply | null) => ModelReply | null) => void;
  readonly setConnected: (isConnected: boolean) => void;
  readonly update: (change: (run: Run | null) => Run | null) => void;
}

async function follow(id: string, follower: Follower): Promise<void> {
  const { signal, setRun, setReply, setConnected, update } = follower;
  const path = `/runs/${encodeURIComponent(id)}`;
  const read = async (): Promise<Run> =>
    (await request<{ readonly run: Run }>(path, { signal })).run;
  const first = await read();
  setRun(first);
  if (first.status !== 'running') return;
  announce(`Answering: ${first.question}`);
  await followEvents(`${path}/events`, {
    signal,
    onConnection: setConnected,
    onEvent: ({ data }) => {
      const event = JSON.parse(data) as RunEvent;
      update((run) => (run === null ? null : applyEvent(run, event)));
      setReply((reply) => applyToReply(reply, event));
      announceEvent(event);
      return event.type === 'answer';
    },
  });
  if (signal.aborted) return;
  setConnected(true);
  setRun(await read());
}

const REPLY_CHARACTERS_MAX = 4000;

function applyToReply(reply: ModelReply | null, event: RunEvent): ModelReply | null {
  switch (event.type) {
    case 'model-start':
      return { model: event.model, text: '', problem: null };
    case 'model-delta': {
      const text = ((reply?.text ?? '') + event.text).slice(-REPLY_CHARACTERS_MAX);
      return { model: event.model, text, problem: null };
    }
    case 'model-error':
      return { model: event.model, text: '', problem: event.error.message };
    default:
      return reply;
  }
}

function announceEvent(event: RunEvent): void {
  if (event.type === 'plan-ready') {
    announce(`Planned: ${formatNumberOf(event.plan.tasks.length, 'task')}`);
  } else if (event.type === 'answer') {
    announce(event.answer.answer);
  }
}
