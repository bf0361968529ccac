/** Exact decimal numbers, as SQL's DECIMAL has them. */

const FORM = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?\s*$/;
const SCALE_MAX = 1000;
/** Digits that a quotient gets behind the point unless its caller says how many. */
const QUOTIENT_SCALE = 18;

/** Marks digits that need no check: those that the engine brings. */
const KNOWN = Symbol('known');

/** How a discarded part, of which `doubled` is twice its share of `divisor`, changes the rest. */
const ROUNDINGS = {
  'half-up': (doubled, divisor) => doubled >= divisor,
  'half-even': (doubled, divisor, isOdd) => doubled > divisor || (doubled === divisor && isOdd),
  down: () => false,
  up: (doubled) => doubled > 0n,
  floor: (doubled, _divisor, _isOdd, isNegative) => doubled > 0n && isNegative,
  ceiling: (doubled, _divisor, _isOdd, isNegative) => doubled > 0n && !isNegative,
};

function magnitude(value) {
  return value < 0n ? -value : value;
}

/** The quotient of two integers, rounded to an integer. */
function divideRounded(dividend, divisor, rounding) {
  const decide = ROUNDINGS[rounding];
  if (decide === undefined) {
    throw new RangeError(`a rounding is ${Object.keys(ROUNDINGS).join(', ')}, not ${rounding}`);
  }
  const isNegative = dividend < 0n !== divisor < 0n;
  const [whole, size] = [magnitude(dividend), magnitude(divisor)];
  const quotient = whole / size;
  const doubled = 2n * (whole % size);
  const rounded = decide(doubled, size, quotient % 2n === 1n, isNegative)
    ? quotient + 1n
    : quotient;
  return isNegative ? -rounded : rounded;
}

function checkScale(scale) {
  if (Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX) return scale;
  throw new RangeError(`a scale is an integer from 0 to ${SCALE_MAX}, not ${scale}`);
}

/** The digits as one integer, and how many of them stand behind the point. */
function parse(value) {
  if (typeof value === 'bigint') return { unscaled: value, scale: 0 };
  const match = FORM.exec(String(value));
  const [, sign, whole = '', fraction = '', exponent = '0'] = match ?? [];
  if (match === null || whole + fraction === '') {
    throw new RangeError(`${String(value)} is no decimal number`);
  }
  const scale = fraction.length - Number(exponent);
  if (Math.abs(scale) > SCALE_MAX) throw new RangeError(`${String(value)} has too many digits`);
  const digits = BigInt(whole + fraction);
  const unscaled = sign === '-' ? -digits : digits;
  return scale < 0 ? { unscaled: unscaled * 10n ** BigInt(-scale), scale: 0 } : { unscaled, scale };
}

function print(unscaled, scale) {
  const digits = magnitude(unscaled)
    .toString()
    .padStart(scale + 1, '0');
  const sign = unscaled < 0n ? '-' : '';
  if (scale === 0) return sign + digits;
  return `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** A number with all its digits. What it computes is exact, but for quotients, which are rounded. */
export class Decimal {
  #text;
  /** Read from the text when they are first needed: most values are only passed on. */
  #parts = null;

  constructor(value, mark) {
    if (mark === KNOWN) {
      this.#text = value;
    } else if (value instanceof Decimal) {
      this.#text = value.#text;
      this.#parts = value.#parts;
    } else {
      this.#parts = parse(value);
      this.#text = print(this.#parts.unscaled, this.#parts.scale);
    }
  }

  static from(value) {
    return value instanceof Decimal ? value : new Decimal(value);
  }

  #read() {
    this.#parts ??= parse(this.#text);
    return this.#parts;
  }

  /** Both numbers as integers of one scale. */
  #align(other) {
    const [left, right] = [this.#read(), Decimal.from(other).#read()];
    const scale = Math.max(left.scale, right.scale);
    const at = ({ unscaled, scale: own }) => unscaled * 10n ** BigInt(scale - own);
    return { left: at(left), right: at(right), scale };
  }

  get scale() {
    return this.#read().scale;
  }

  get sign() {
    const { unscaled } = this.#read();
    return unscaled === 0n ? 0 : unscaled < 0n ? -1 : 1;
  }

  plus(other) {
    const { left, right, scale } = this.#align(other);
    return fromParts(left + right, scale);
  }

  minus(other) {
    const { left, right, scale } = this.#align(other);
    return fromParts(left - right, scale);
  }

  times(other) {
    const [left, right] = [this.#read(), Decimal.from(other).#read()];
    return fromParts(left.unscaled * right.unscaled, left.scale + right.scale);
  }

  dividedBy(other, scale, rounding = 'half-up') {
    const { left, right, scale: own } = this.#align(other);
    if (right === 0n) throw new RangeError('division by zero');
    const places = checkScale(scale ?? Math.max(own, QUOTIENT_SCALE));
    const quotient = divideRounded(left * 10n ** BigInt(places), right, rounding);
    const result = fromParts(quotient, places);
    return scale === undefined ? result.#withoutZeros() : result;
  }

  remainder(other) {
    const { left, right, scale } = this.#align(other);
    if (right === 0n) throw new RangeError('division by zero');
    return fromParts(left % right, scale);
  }

  negated() {
    const { unscaled, scale } = this.#read();
    return fromParts(-unscaled, scale);
  }

  abs() {
    return this.sign < 0 ? this.negated() : this;
  }

  round(scale = 0, rounding = 'half-up') {
    const own = this.#read();
    const dropped = own.scale - checkScale(scale);
    if (dropped <= 0) return fromParts(own.unscaled * 10n ** BigInt(-dropped), scale);
    return fromParts(divideRounded(own.unscaled, 10n ** BigInt(dropped), rounding), scale);
  }

  compare(other) {
    const { left, right } = this.#align(other);
    return left === right ? 0 : left < right ? -1 : 1;
  }

  equals(other) {
    return this.compare(other) === 0;
  }

  #withoutZeros() {
    return new Decimal(this.#text.replace(/\.?0+$/, ''), KNOWN);
  }

  toFixed(scale = 0) {
    return this.round(scale).toString();
  }

  toString() {
    return this.#text;
  }

  toNumber() {
    return Number(this.#text);
  }

  toBigInt() {
    return BigInt(this.round(0, 'down').#text);
  }

  /** A JSON number with all digits where the engine can print one. */
  toJSON() {
    return typeof JSON.rawJSON === 'function' ? JSON.rawJSON(this.#text) : this.#text;
  }

  /** As text all digits; in arithmetic and comparisons a plain number. */
  [Symbol.toPrimitive](hint) {
    return hint === 'string' ? this.#text : this.toNumber();
  }

  get [Symbol.toStringTag]() {
    return 'Decimal';
  }
}

function fromParts(unscaled, scale) {
  return new Decimal(print(unscaled, scale), KNOWN);
}

/** A decimal of the digits that the engine brings. */
export function decimalOfDigits(digits) {
  return new Decimal(digits, KNOWN);
}
