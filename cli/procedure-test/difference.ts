/** Says where two documents differ, place by place. */

const DIFFERENCES_MAX = 10;

/** One line per place where `actual` is not `expected`; empty when they are equal. */
export function differences(expected: unknown, actual: unknown): readonly string[] {
  const found: string[] = [];
  compare(expected, actual, '$', found);
  const hidden = found.length - DIFFERENCES_MAX;
  return hidden > 0
    ? [...found.slice(0, DIFFERENCES_MAX), `and ${hidden} further differences`]
    : found;
}

function compare(expected: unknown, actual: unknown, place: string, found: string[]): void {
  if (Object.is(expected, actual)) return;
  if (Array.isArray(expected) && Array.isArray(actual)) {
    if (expected.length !== actual.length) {
      found.push(`${place}: expected ${expected.length} items, got ${actual.length}`);
    }
    const shorter = Math.min(expected.length, actual.length);
    for (let index = 0; index < shorter; index += 1) {
      compare(expected[index], actual[index], `${place}[${index}]`, found);
    }
    return;
  }
  if (isObject(expected) && isObject(actual)) {
    for (const name of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
      const path = `${place}.${name}`;
      if (!(name in actual)) found.push(`${path}: expected ${shown(expected[name])}, is missing`);
      else if (!(name in expected)) found.push(`${path}: is ${shown(actual[name])}, not expected`);
      else compare(expected[name], actual[name], path, found);
    }
    return;
  }
  found.push(`${place}: expected ${shown(expected)}, got ${shown(actual)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
