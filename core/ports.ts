/** Tells the time. Everything that needs it takes one, so that a test can state it. */
export interface Clock {
  /** The current instant. */
  now(): Date;
  /** Milliseconds since an arbitrary start; never goes backwards. For measuring. */
  elapsedMs(): number;
}

/** Makes identifiers that are unique within a process's lifetime and across processes. */
export interface IdSource {
  /** A new identifier, `prefix-…`. */
  next(prefix: string): string;
}

/** A source of random numbers. Not for secrets. */
export interface RandomSource {
  /** A number in [0, 1). */
  next(): number;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  elapsedMs: () => performance.now(),
};

/** A clock that stands still at one instant until it is moved. */
export function fixedClock(
  instant: string | Date,
): Clock & { advance(milliseconds: number): void } {
  let time = new Date(instant).getTime();
  const start = time;
  return {
    now: () => new Date(time),
    elapsedMs: () => time - start,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}

/** Random identifiers. */
export const randomIds: IdSource = {
  next: (prefix) => `${prefix}-${crypto.randomUUID()}`,
};

/** Identifiers counted from 1, for tests and reproducible runs. */
export function countedIds(): IdSource {
  let count = 0;
  return {
    next(prefix) {
      count += 1;
      return `${prefix}-${count}`;
    },
  };
}

/**
 * A reproducible random source (mulberry32): equal seeds give equal sequences on every machine.
 * Good enough for sampling and generated data.
 */
export function seededRandom(seed: number): RandomSource {
  let state = seed >>> 0;
  return {
    next() {
      state = (state + 0x6d2b79f5) >>> 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    },
  };
}
