/** Reading what a follow-up wants done to the question before it, from its words alone. */

export type FollowUp =
  /** Conditions; `words` go behind a noun: "gold", "in Germany", "with total above 100". */
  | {
      readonly kind: 'filter';
      readonly words: string;
      /** `also` widens a condition on the same column, `not` excludes. */
      readonly mode: 'only' | 'also' | 'not';
    }
  | { readonly kind: 'group'; readonly words: string; readonly isAlso: boolean }
  | {
      readonly kind: 'limit';
      readonly count: number;
      readonly direction: 'first' | 'last';
      /** What to rank by, or null for the ranking there is. */
      readonly by: string | null;
    }
  | { readonly kind: 'order'; readonly words: string; readonly direction: 'asc' | 'desc' | null }
  | { readonly kind: 'reverse' }
  /** The same rows in another form: "as a chart". */
  | { readonly kind: 'again' }
  | { readonly kind: 'count' }
  | { readonly kind: 'everything' }
  /** A whole question in which a pronoun stands for the rows before: `{}` marks its place. */
  | { readonly kind: 'sentence'; readonly text: string }
  /** Another measure or column: "and the average?", "what about their emails". */
  | { readonly kind: 'measure'; readonly words: string };

const NUMBER_WORDS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  dozen: 12,
  twenty: 20,
};

const LEAD =
  /^(?:ok(?:ay)?|and|but|now|then|so|please|show(?: me)?|what about|how about|what if|make it|make that|do it|the same|same(?: thing)?|instead)[\s,:]+/i;
const PRONOUN = /\b(?:of them|of those|of these|them|those|these|they|it)\b/i;
const POSSESSIVE = /\b(?:their|its)\b/i;
const COUNT = '(\\d{1,6}|one|two|three|four|five|six|seven|eight|nine|ten|dozen|twenty)';
const ONES = /\b(?:ones?|of (?:them|those|these)|please|instead|too|as well)\b/gi;

/**
 * What a request would do to the question before it, likeliest first; empty when nothing of it
 * looks like a follow-up. `isCertain` when its words make no sense alone.
 */
export function readFollowUp(request: string): {
  readonly options: readonly FollowUp[];
  readonly isCertain: boolean;
} {
  const text = request
    .trim()
    .replace(/[?.!\s]+$/, '')
    .replace(/\s+/g, ' ');
  const isAlso = /\b(?:also|too|as well|additionally)\b/i.test(text);
  const { rest, hasLead } = withoutLead(text);
  const options: FollowUp[] = [];
  const add = (option: FollowUp | null): boolean => {
    if (option !== null) options.push(option);
    return option !== null;
  };
  if (
    /^how many(?: (?:of (?:them|those|these)|are (?:there|they|those|these)|is that|in total))*$/i.test(
      rest,
    )
  ) {
    return { options: [{ kind: 'count' }], isCertain: true };
  }
  if (
    /^(?:all(?: of them)?|everything|everyone|without (?:that|the|any) (?:filter|condition)s?|no filters?)$/i.test(
      rest,
    )
  ) {
    return { options: [{ kind: 'everything' }], isCertain: true };
  }
  if (/^(?:the )?(?:other way (?:a?round)|reversed?|in reverse|the opposite)$/i.test(rest)) {
    return { options: [{ kind: 'reverse' }], isCertain: true };
  }
  if (/^(?:as|in|on) an? (?:[a-z]+ )?(?:chart|graph|plot|diagram|table)$/i.test(rest)) {
    return { options: [{ kind: 'again' }], isCertain: true };
  }
  if (add(readLimit(rest))) return { options, isCertain: true };
  if (add(readOrder(rest))) return { options, isCertain: true };
  const group =
    /^(?:(?:broken down|split|grouped?|divided) )?(?:per|by|for each|for every|in each) (.+)$/i.exec(
      rest,
    );
  if (group !== null) {
    add({ kind: 'group', words: clean(group[1]), isAlso });
    return { options, isCertain: true };
  }
  if (
    PRONOUN.test(rest) &&
    /^(?:how|which|what|who|list|give|are|is|do|does|count|find|show)\b/i.test(rest)
  ) {
    add({ kind: 'sentence', text: rest.replace(new RegExp(PRONOUN, 'gi'), '{}') });
    return { options, isCertain: true };
  }
  if (POSSESSIVE.test(rest)) {
    add({
      kind: 'measure',
      words: clean(
        rest
          .replace(/^(?:what (?:is|are|was|were)|list|give(?: me)?) /i, '')
          .replace(/\b(?:their|its)\b/gi, ''),
      ),
    });
    return { options, isCertain: true };
  }
  const filter = readFilter(rest, isAlso);
  // "Who placed the biggest order?" is a question of its own where it can be one.
  if (filter !== null) {
    add(filter);
    return { options, isCertain: !/^(?:who|whose|which|that|where) /i.test(rest) };
  }
  const words = clean(rest);
  if (words !== '' && (hasLead || words.split(' ').length <= 4)) {
    add({ kind: 'filter', words, mode: isAlso ? 'also' : 'only' });
    add({ kind: 'measure', words });
  }
  return {
    options,
    isCertain:
      hasLead &&
      /^(?:and|but|now|what about|how about|instead|same|the same|what if)\b/i.test(text),
  };
}

function withoutLead(text: string): { readonly rest: string; readonly hasLead: boolean } {
  let rest = text;
  for (let match = LEAD.exec(rest); match !== null; match = LEAD.exec(rest)) {
    rest = rest.slice(match[0].length);
  }
  rest = rest.replace(/^(?:also|just show|show)\s+/i, '');
  return { rest, hasLead: rest !== text };
}

function readFilter(text: string, isAlso: boolean): FollowUp | null {
  const excluded =
    /^(?:without|not|no|except(?: for)?|excluding|but not|leave out|ignore)(?: the)? (.+)$/i.exec(
      text,
    );
  if (excluded !== null) return { kind: 'filter', words: clean(excluded[1]), mode: 'not' };
  const only =
    /^(?:only|just|limit(?:ed)? to|restrict(?:ed)? to|filter(?:ed)? (?:by|to|on))(?: the| those| to)? (.+)$/i.exec(
      text,
    );
  if (only !== null) return { kind: 'filter', words: clean(only[1]), mode: 'only' };
  const plain =
    /^(?:those |the ones |ones )?((?:in|from|with|where|who|whose|that|which|since|before|after|between|during|for|having|over|under|above|below|more than|less than|at least|at most) .+)$/i.exec(
      text,
    );
  if (plain !== null)
    return { kind: 'filter', words: clean(plain[1]), mode: isAlso ? 'also' : 'only' };
  return null;
}

function readLimit(text: string): FollowUp | null {
  const words = clean(text)
    .replace(/^(?:only|just) /i, '')
    .replace(/^the /i, '');
  const by = / (?:by|according to) (.+)$/i.exec(words);
  const head = by === null ? words : words.slice(0, by.index);
  const ranked = new RegExp(
    `^(top|first|best|highest|bottom|last|worst|lowest)(?: ${COUNT})?$`,
    'i',
  ).exec(head);
  const counted = new RegExp(
    `^${COUNT}(?: (top|first|best|highest|bottom|last|worst|lowest))?$`,
    'i',
  ).exec(head);
  const [rank, count] = ranked !== null ? [ranked[1], ranked[2]] : [counted?.[2], counted?.[1]];
  if (ranked === null && counted === null) return null;
  return {
    kind: 'limit',
    count: count === undefined ? 1 : (NUMBER_WORDS[count.toLowerCase()] ?? Number(count)),
    direction: /^(?:bottom|last|worst|lowest)$/i.test(rank ?? '') ? 'last' : 'first',
    by: by === null ? null : clean(by[1]),
  };
}

function readOrder(text: string): FollowUp | null {
  const match =
    /^(?:sort(?:ed)?|order(?:ed)?|rank(?:ed)?)(?: (?:them|it|those|these))? by (.+)$/i.exec(text);
  if (match === null) return null;
  const words = clean(match[1]);
  const descending =
    /\b(?:desc(?:ending)?|highest first|largest first|newest first|from the highest)$/i;
  const ascending =
    /\b(?:asc(?:ending)?|lowest first|smallest first|oldest first|from the lowest)$/i;
  return {
    kind: 'order',
    words: clean(words.replace(descending, '').replace(ascending, '')),
    direction: descending.test(words) ? 'desc' : ascending.test(words) ? 'asc' : null,
  };
}

function clean(text: string | undefined): string {
  return (text ?? '')
    .replace(ONES, ' ')
    .replace(/\s+/g, ' ')
    .replace(/[,\s]+$/, '')
    .trim();
}
