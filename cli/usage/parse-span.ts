import { usageError } from './parse-arguments.ts';

const MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** A length of time such as `30s`, `15m`, `1h`, `7d` or `2w`, in milliseconds. */
export function parseSpan(text: string): number {
  const [, digits = '', unit = ''] = /^(\d{1,9})(s|m|h|d|w)$/.exec(text) ?? [];
  const span = Number(digits) * (MS[unit] ?? Number.NaN);
  if (digits === '' || Number.isNaN(span)) {
    throw usageError(`"${text}" is not a length of time`, 'for example 30s, 15m, 1h or 7d');
  }
  return span;
}
