import { useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';

export interface Action {
  readonly isBusy: boolean;
  readonly problem: Problem | null;
  readonly start: (work: () => Promise<void>) => Promise<boolean>;
}

/** Something a person starts that takes a while and may fail; one at a time. */
export function useAction(): Action {
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const start = async (work: () => Promise<void>): Promise<boolean> => {
    if (isBusy) return false;
    setBusy(true);
    setProblem(null);
    try {
      await work();
      return true;
    } catch (error) {
      setProblem(problemOf(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { isBusy, problem, start };
}
