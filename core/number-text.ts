export interface NumberTextOptions {
  /** Digits after the point at most; zeros at the end are left out. */
  readonly fractionDigitsMax: number;
  /** Digits after the point at least. */
  readonly fractionDigitsMin?: number;
}

const DECIMAL = /^(\d+)(?:\.(\d+))?$/;

/**
 * A number for people: thousands apart, rounded half away from zero, the same on every machine. It
 * says what `Intl.NumberFormat('en-US')` says, without the time that its first use takes.
 */
export function printGroupedNumber(value: number, options: NumberTextOptions): string {
  const { fractionDigitsMax, fractionDigitsMin = 0 } = options;
  const match = DECIMAL.exec(String(Math.abs(value)));
  if (match === null) {
    return new Intl.NumberFormat('en-US', {
      maximumFractionDigits: fractionDigitsMax,
      minimumFractionDigits: fractionDigitsMin,
    }).format(value);
  }
  const [, whole = '', fraction = ''] = match;
  const isRoundedUp = (fraction[fractionDigitsMax] ?? '0') >= '5';
  const kept = fraction.slice(0, fractionDigitsMax);
  const scaled = String(BigInt(`${whole}${kept}`) + (isRoundedUp ? 1n : 0n));
  const digits = scaled.padStart(kept.length + 1, '0');
  const point = digits.length - kept.length;
  const shown = digits.slice(point).replace(/0+$/, '').padEnd(fractionDigitsMin, '0');
  const grouped = digits.slice(0, point).replaceAll(/\d(?=(?:\d{3})+$)/g, '$&,');
  const sign = value < 0 || Object.is(value, -0) ? '-' : '';
  return `${sign}${grouped}${shown === '' ? '' : `.${shown}`}`;
}
