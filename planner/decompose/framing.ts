import { tokenize } from '../language/tokenize.ts';

/** Asks politely, or says that something is wanted, and leaves what is wanted to follow. */
const SEE =
  '(?:know|see|find out|learn|get|have|understand|hear|view|be told|be shown|look at|take a look at|find|receive|obtain)';
const COURTESY = [
  `(?:i|we)(?:['’]d| would| should)? (?:really |just |also )?(?:like|love|want|need|wish)(?: you)?(?: to)?(?: ${SEE})?(?: about)?(?=[ ,])`,
  `(?:i|we)(?:['’]m| am|['’]re| are) (?:also |only |mainly )?(?:interested in|looking for|searching for|asking for|curious about|trying to ${SEE})`,
  `(?:i|we)(?:['’]m| am|['’]re| are| was| were)? (?:just )?(?:wondering|wonder|curious)(?: about)?(?: (?:whether|if) (?:you|someone) (?:can|could|might|would)(?: please| kindly)?)?`,
  `(?:would|could|can) you (?:please |kindly )?(?:be so kind as to|help me(?: to)?(?: ${SEE})?)`,
  `would you mind (?:showing|telling|giving|listing)(?: me| us)?`,
  `(?:would it be|is it) possible to ${SEE}`,
  `(?:can|could|may) (?:i|we) (?:please )?${SEE}`,
  `do you (?:happen to )?know`,
  `help me(?: to)? ${SEE}`,
  `(?:(?:would|could|can|will) you (?:please |kindly )?)?(?:please )?let me know`,
  `(?:all|what) (?:i|we)(?:['’]d| would)? (?:need|want|like)(?: to ${SEE})? (?:is|are)`,
].join('|');
/** A clause says what is wanted at the beginning of the request, or after a mark within it. */
const FRAMED = new RegExp(
  `(^|[,;.:\uE002] *)(?:(and|so|then|now|but) )?(?:${COURTESY})\\b[ ,]*(?:(?:in total|overall|exactly), *)?`,
  'giu',
);
/** What the answer is for says nothing about what is asked. */
const PURPOSE =
  /^(?:i|we)(?:['’]m| am|['’]re| are) (?:currently )?(?:trying to|preparing|planning|working|writing|doing|building|putting together|getting ready)[^,;.]*[,;.] *(?:so|and|therefore)?,? *(?=(?:i|we|please|can|could|would|what|how|which|who|show|list|give|tell|find)\b)/iu;
const GREETING = /^(?:hi|hello|hey|good (?:morning|afternoon|evening))(?: there)?[,!. ]+/iu;
const THANKS =
  /[,;.!]? *(?:thanks|thank you)(?: (?:in advance|so much|very much|a lot))*[.!]*$|,? if (?:possible|you can|you could)(?=[.?!]*$)/iu;
/** Stands where a frame was, until it is known whether a command must take its place. */
const ASK = '\uE002';
const ASKED =
  /^(?:what|which|who|whose|whom|how|when|where|whether|show|list|give|tell|find|count|name|return|display|compute|calculate|get|help|determine|report|print|identify|provide|if|for|in|among|of)\b/iu;

/** How a result is to be called or bounded in words that change nothing. */
const NOTES: readonly (readonly [RegExp, string])[] = [
  [
    /[.,;]? *(?:and )?(?:please )?(?:name|call|title|label) (?:the|this|that|its) (?:[\p{L}\p{N}_]+ ){0,6}?(?:column|field|result)(?: (?:for|of|with) (?:the )?[^.;\uE001]*)? ?(?:as )?(?:\uE001\d+\uE001|[\p{L}\p{N}]+_[\p{L}\p{N}_]+)/giu,
    '',
  ],
  [/ *\((?:both )?(?:inclusive|included)[^()]*\)|,? inclusive of [^.,;?!()]*/giu, ''],
  [
    /(?<=\blast (week|month|quarter|year)),? \(?(?:exclusive of|excluding) the current \1\)?/giu,
    '',
  ],
  [/,? (?:both )?inclusive(?: of both)?(?=[.,;?!]|$)/giu, ''],
];

/** Ways of saying less in more words. */
const WORDY: readonly (readonly [RegExp, string])[] = [
  [/^(who|what|where|when|how)s (?=\p{L})/iu, '$1 is '],
  [/\bhow often (?=(?:is|are|was|were|has|have|had|do|does|did)\b)/giu, 'how many times '],
  [/(?<=\b(?:all|all of) the \p{L}+) that (?:there are|exist|we have)\b/giu, ''],
  [/\b(?:each and every|every single|each single|each individual)\b/giu, 'every'],
  [
    /\b(?:look|go|dig|search)(?: (?:into|through|in|at))+ (?:the|our|this|that|your) (?:database|data|records|tables|system) and\b/giu,
    '',
  ],
  [
    /\b(?:look|go) through (?:all |all of )?(?:the|our) (\p{L}+) and (?:tell|show) (?:me|us) which (?:of them|ones)\b/giu,
    'which $1',
  ],
  [
    /,? *(?:and )?(?:(?:i|we) (?:want|need|prefer) (?:them|it|the (?:results?|list|rows))(?: to be)?|(?:they|it|(?:the|that|this) (?:results?|list|rows)) (?:should|must|need to|needs to) be) (?=sorted|ordered|in (?:\p{L}+ )?order)/giu,
    ', ',
  ],
  // "of all the rooms, the one that": one of the rooms.
  [
    /^(?:of|among|from|out of) (?:all )?(?:of )?(?:the |our |these )?([^,;]+), ([^;]*?)\bthe ones? (?=(?:that|with|who|which|having)\b)/giu,
    '$2the $1 ',
  ],
  [
    /\b(?:give|show|get|provide|produce|make|create|return|print|generate)(?: me| us)? (?:a|the) (?:complete |full |whole )?list (?:of|with) (?:all )?/giu,
    'list ',
  ],
  [/^(\W*)(?:a|the) (?:complete |full |whole )?list of (?:all )?/giu, '$1'],
  [/^(?:looking|focusing|focussing) (?:only |just )?(?:at|on) /giu, 'among '],
  [/^(?:when it comes to|with regard to|with respect to|as for|regarding) /giu, 'among '],
  [
    /,? *(?:all together|altogether|all in all|on record|in our records|in all)(?=[.?!,;]|$)/giu,
    '',
  ],
  // "whose birthday is in May" asks for people.
  [
    /\bwhose (birthdays?|birth ?dates?|dates? of birth) (?:is|are|was|were|falls?) (?=(?:in|on|during)\b)/giu,
    'who have a $1 ',
  ],
  // "what its title is" asks for its title.
  [
    /\bwhat (its|their|his|her) ((?:[\p{L}_]+ ){0,3}?[\p{L}_]+) (?:is|are|was|were)\b(?! \p{L}+(?:ed|ing)\b)/giu,
    '$1 $2',
  ],
];
/** "tell me what the highest price is": the verb of an indirect question stands at its end. */
const INDIRECT =
  /(^|[,;\uE002] *|\b(?:know|see|me|us|out|and|list) )what (the (?:[\p{L}\p{N}_'’]+ )+?)(?:is|are|was|were)(?=[.?!]*$)/giu;

/**
 * The request without what is said around it: greetings, what the answer is for, and that
 * it is wanted; the text itself where nothing is. What stands in quotes is left as it is.
 */
export function withoutFraming(text: string): string {
  const quotations: string[] = [];
  let bare = '';
  let at = 0;
  for (const { kind, start, end } of tokenize(text)) {
    if (kind !== 'quoted') continue;
    bare += `${text.slice(at, start)}\uE001${quotations.length}\uE001`;
    quotations.push(text.slice(start, end));
    at = end;
  }
  bare = `${bare}${text.slice(at)}`.trim();
  const plain = unframed(bare);
  if (plain === bare) return text;
  return plain.replace(/\uE001(\d+)\uE001/g, (_, index) => quotations[Number(index)] ?? '');
}

function unframed(text: string): string {
  const noted = NOTES.reduce((plain, [pattern, shorter]) => plain.replace(pattern, shorter), text);
  let plain = shortened(noted.replace(GREETING, '').replace(THANKS, '').replace(PURPOSE, ''));
  // One frame may hold another: "I was wondering whether you could help me find out".
  for (let before = ''; before !== plain; ) {
    before = plain;
    plain = plain.replace(FRAMED, (_, mark: string, joint: string | undefined) =>
      joint !== undefined && mark.startsWith(',') ? `; ${ASK}` : `${mark}${ASK}`,
    );
    plain = plain.replace(/\uE002[ ,]*(?=\uE002)/g, '');
  }
  plain = shortened(plain).replace(
    INDIRECT,
    (_, before: string, noun: string) => `${before}${noun.trim()}`,
  );
  plain = plain.replace(/\uE002(.*)/gs, (_, wanted: string) => asked(wanted));
  return plain.trim();
}

function shortened(text: string): string {
  return WORDY.reduce((plain, [pattern, shorter]) => plain.replace(pattern, shorter), text)
    .replace(/ {2,}/g, ' ')
    .trim();
}

/** What was wanted as a command; what is asked already needs none. */
function asked(wanted: string): string {
  const [first = '', ...others] = wanted.split(ASK);
  const own = ASKED.test(first.trim()) || first.trim() === '' ? first : `list ${first.trimStart()}`;
  return others.length === 0 ? own : own + asked(others.join(ASK));
}
