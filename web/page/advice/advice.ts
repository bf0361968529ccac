/** A finding of the advisor and what became of it. */
export interface Advice {
  readonly id: string;
  readonly rule: string;
  readonly procedure: string;
  readonly severity: 'info' | 'warning' | 'error';
  readonly what: string;
  readonly why: string;
  readonly whatToDo: string;
  readonly evidence: Readonly<Record<string, number | string | boolean>>;
  /** Milliseconds an hour that the change is expected to save. */
  readonly expectedMsPerHour: number;
  readonly state: AdviceState;
  /** Why it is in that state, in words. */
  readonly reason: string | null;
  readonly verdict: Verdict | null;
}

export type AdviceState =
  | 'proposed'
  | 'replaying'
  | 'verified'
  | 'refuted'
  | 'inconclusive'
  | 'not_replayable'
  | 'applied'
  | 'watching'
  | 'kept'
  | 'reverted'
  | 'dismissed';

export interface Measurement {
  readonly name: string;
  readonly role: 'main' | 'related' | 'probe' | 'upkeep';
  readonly baselineMs: number;
  readonly candidateMs: number;
  /** Baseline over candidate: above 1 the change makes it faster. */
  readonly factor: { readonly median: number; readonly low: number; readonly high: number };
  readonly judgement: 'faster' | 'slower' | 'same' | 'unclear';
  readonly areResultsEqual: boolean;
}

export interface Verdict {
  readonly outcome: 'verified' | 'refuted' | 'inconclusive' | 'not_replayable';
  readonly reason: string;
  readonly measurements: readonly Measurement[];
  readonly warnings: readonly string[];
  readonly apply: readonly string[];
  readonly revert: readonly string[];
  readonly callers: { readonly before: string; readonly after: string } | null;
}

export type AdviceAction = 'replay' | 'apply' | 'revert' | 'dismiss';

export const STATE_NAMES: Readonly<Record<AdviceState, string>> = {
  proposed: 'Not tried',
  replaying: 'Being tried',
  verified: 'Verified',
  refuted: 'Refuted',
  inconclusive: 'Inconclusive',
  not_replayable: 'Cannot be tried',
  applied: 'Applied',
  watching: 'Applied, watched',
  kept: 'Applied and kept',
  reverted: 'Reverted',
  dismissed: 'Dismissed',
};

/** What one may do with a finding; only a verified one is offered to be applied. */
export function actionsOf({ state, verdict }: Advice): readonly AdviceAction[] {
  switch (state) {
    case 'proposed':
    case 'refuted':
    case 'inconclusive':
    case 'not_replayable':
    case 'reverted':
      return ['replay', 'dismiss'];
    case 'verified':
      // Where callers must change, there is nothing for the service to run.
      return (verdict?.apply.length ?? 0) > 0
        ? ['apply', 'replay', 'dismiss']
        : ['replay', 'dismiss'];
    case 'applied':
    case 'watching':
    case 'kept':
      return ['revert'];
    case 'dismissed':
    case 'replaying':
      return [];
    default:
      return [];
  }
}

/** What is open first, then what was decided; within each in the order of the advisor. */
export function byOpenness(advice: readonly Advice[]): {
  readonly open: readonly Advice[];
  readonly decided: readonly Advice[];
} {
  const DECIDED: readonly AdviceState[] = ['applied', 'watching', 'kept', 'reverted', 'dismissed'];
  return {
    open: advice.filter(({ state }) => !DECIDED.includes(state)),
    decided: advice.filter(({ state }) => DECIDED.includes(state)),
  };
}
