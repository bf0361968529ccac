const CARDINALS =
  'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty'.split(
    ' ',
  );
const ORDINALS =
  'zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth'.split(
    ' ',
  );
const TENS: Readonly<Record<string, number>> = {
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  hundred: 100,
  thousand: 1000,
  million: 1_000_000,
};

/** The value of a cardinal number word or of digits with an ordinal ending; null otherwise. */
export function parseNumberWord(lower: string): number | null {
  const cardinal = CARDINALS.indexOf(lower);
  if (cardinal >= 0) return cardinal;
  const ordinal = /^(\d+)(st|nd|rd|th)$/.exec(lower);
  if (ordinal?.[1] !== undefined) return Number(ordinal[1]);
  return Object.hasOwn(TENS, lower) ? (TENS[lower] ?? null) : null;
}

/** The value of an ordinal word such as `third`; null for other words. */
export function parseOrdinal(lower: string): number | null {
  const index = ORDINALS.indexOf(lower);
  if (index > 0) return index;
  const digits = /^(\d+)(st|nd|rd|th)$/.exec(lower);
  return digits?.[1] === undefined ? null : Number(digits[1]);
}
