import { useCallback } from 'preact/hooks';
import type { Run } from '../api/contract.ts';
import type { Problem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { navigate } from '../shell/navigation.ts';
import { useAction } from '../ui/use-action.ts';

export interface AskContext {
  /** The conversation that the question follows up on. */
  readonly conversation?: string;
}

export interface UseAsk {
  readonly ask: (question: string) => void;
  /** Takes one of the readings that a run asked back with. */
  readonly choose: (runId: string, choice: number) => void;
  readonly isBusy: boolean;
  readonly problem: Problem | null;
}

/** Starts runs and goes to them. */
export function useAsk({ conversation }: AskContext): UseAsk {
  const { isBusy, problem, start } = useAction();
  const post = useCallback(
    (body: Readonly<Record<string, unknown>>) =>
      void start(async () => {
        const { run } = await request<{ readonly run: Run }>('/runs', { method: 'POST', body });
        navigate({ view: 'run', id: run.id });
      }),
    [start],
  );
  return {
    isBusy,
    problem,
    ask: (question) => post({ question, ...(conversation === undefined ? {} : { conversation }) }),
    choose: (run, choice) => post({ run, choice }),
  };
}
