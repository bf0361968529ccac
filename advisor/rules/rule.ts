/** The form of a rule. */
import { printIdentifier } from '#core';
import type { Facts, ProcedureFact, VersionFact } from '../facts/facts.ts';
import type { FindingDraft } from '../findings/finding.ts';

/** What a rule may read. */
export interface RuleInput<Options> {
  readonly procedure: ProcedureFact;
  /** Figures of the active version; null when it was never called. */
  readonly figures: VersionFact | null;
  readonly facts: Facts;
  readonly options: Options;
}

/** A rule: facts in, findings out, nothing else. */
export interface Rule {
  /** `<group>/<problem>`; the file has the problem's name. */
  readonly id: string;
  /** Never reused, also not when the rule goes. */
  readonly code: string;
  readonly title: string;
  readonly options: Readonly<Record<string, number>>;
  readonly evaluate: (input: Omit<RuleInput<never>, 'options'>) => readonly FindingDraft[];
}

export interface RuleDefinition<Options extends Readonly<Record<string, number>>> {
  readonly id: string;
  readonly code: string;
  readonly title: string;
  /** Thresholds with their units in their names. */
  readonly options: Options;
  /** Pure: the same input gives the same findings. */
  evaluate(input: RuleInput<Options>): readonly FindingDraft[] | FindingDraft | null;
}

/** Makes a rule of its definition. */
export function defineRule<const Options extends Readonly<Record<string, number>>>(
  definition: RuleDefinition<Options>,
): Rule {
  const { id, code, title, options } = definition;
  return {
    id,
    code,
    title,
    options,
    evaluate: (input) => {
      const found = definition.evaluate({ ...input, options });
      if (found === null) return [];
      return Array.isArray(found) ? found : [found as FindingDraft];
    },
  };
}

/** Rounded to what a person wants to read, so that evidence is stable and short. */
export function rounded(value: number, digits = 3): number {
  return value === 0 || !Number.isFinite(value) ? 0 : Number(value.toPrecision(digits));
}

/** `1,234,567`. */
export function counted(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** `12 %`. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** `16 MiB`, `512 KiB`. */
export function bytes(value: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${rounded(size)} ${units[unit]}`;
}

/** A duration of microseconds in its largest handy unit. */
export function duration(microseconds: number): string {
  if (microseconds < 1000) return `${rounded(microseconds)} µs`;
  if (microseconds < 1e6) return `${rounded(microseconds / 1e3)} ms`;
  return `${rounded(microseconds / 1e6)} s`;
}

/** Whether calling it changes nothing and asks nothing but the database. */
export function isReadOnly(procedure: ProcedureFact): boolean {
  const writes = /^(write|ddl|network|filesystem):/;
  const { hostFunctions } = procedure.module;
  return (
    !(procedure.capabilities ?? []).some((capability) => writes.test(capability)) &&
    !hostFunctions.some((name) => /_tx$|fetch$|http|random/.test(name))
  );
}

/** `main.customers.id` as it stands in SQL; each part may be a path itself. */
export function printPath(...parts: readonly string[]): string {
  return parts
    .flatMap((part) => part.split('.'))
    .map(printIdentifier)
    .join('.');
}
