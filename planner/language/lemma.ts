/**
 * A small English morphology: `lemma` undoes inflection (plurals, tenses), `stem` also
 * undoes common derivation so that `enrolled`, `enrolment` and `enrols` meet.
 */

const IRREGULAR: Readonly<Record<string, string>> = {
  people: 'person',
  persons: 'person',
  men: 'man',
  women: 'woman',
  children: 'child',
  feet: 'foot',
  mice: 'mouse',
  criteria: 'criterion',
  series: 'series',
  species: 'species',
  status: 'status',
  statuses: 'status',
  addresses: 'address',
  indices: 'index',
  indexes: 'index',
  data: 'data',
  media: 'media',
  news: 'news',
  movies: 'movie',
  cookies: 'cookie',
  bus: 'bus',
  buses: 'bus',
  gas: 'gas',
  campus: 'campus',
  campuses: 'campus',
  bonus: 'bonus',
  analysis: 'analysis',
  analyses: 'analysis',
  wives: 'wife',
  lasted: 'last',
  lasts: 'last',
  lives: 'live',
  lived: 'live',
  leaves: 'leave',
  left: 'leave',
  has: 'have',
  had: 'have',
  having: 'have',
  is: 'be',
  are: 'be',
  was: 'be',
  were: 'be',
  been: 'be',
  being: 'be',
  am: 'be',
  does: 'do',
  did: 'do',
  done: 'do',
  doing: 'do',
  made: 'make',
  bought: 'buy',
  sold: 'sell',
  paid: 'pay',
  taught: 'teach',
  spent: 'spend',
  won: 'win',
  took: 'take',
  taken: 'take',
  gave: 'give',
  given: 'give',
  got: 'get',
  held: 'hold',
  ran: 'run',
  wrote: 'write',
  written: 'write',
  went: 'go',
  gone: 'go',
  came: 'come',
  began: 'begin',
  led: 'lead',
  met: 'meet',
  sent: 'send',
  grew: 'grow',
  grown: 'grow',
  chose: 'choose',
  chosen: 'choose',
  flew: 'fly',
  flown: 'fly',
  drove: 'drive',
  driven: 'drive',
  born: 'birth',
  earliest: 'early',
  latest: 'late',
  cities: 'city',
  taxes: 'tax',
  boxes: 'box',
  prices: 'price',
  courses: 'course',
  houses: 'house',
  nurses: 'nurse',
  horses: 'horse',
  licenses: 'license',
  expenses: 'expense',
  purchases: 'purchase',
  responses: 'response',
  warehouses: 'warehouse',
  releases: 'release',
  diseases: 'disease',
  databases: 'database',
  bases: 'base',
  cases: 'case',
  phases: 'phase',
  leases: 'lease',
  uses: 'use',
  used: 'use',
  causes: 'cause',
  caused: 'cause',
  pass: 'pass',
  less: 'less',
  this: 'this',
  its: 'its',
  during: 'during',
  united: 'united',
  bed: 'bed',
  need: 'need',
  speed: 'speed',
  feed: 'feed',
  hundred: 'hundred',
  king: 'king',
  string: 'string',
  thing: 'thing',
  building: 'building',
  rated: 'rating',
  rating: 'rating',
  ratings: 'rating',
  buildings: 'building',
  meeting: 'meeting',
  booking: 'booking',
  bookings: 'booking',
  opening: 'opening',
  training: 'training',
  shipping: 'shipping',
  spring: 'spring',
  wing: 'wing',
  sibling: 'sibling',
  nothing: 'nothing',
  everything: 'everything',
  something: 'something',
  morning: 'morning',
  evening: 'evening',
};

const cache = new Map<string, string>();
const stems = new Map<string, string>();
const CACHE_MAX = 20_000;

/** The dictionary form of a lower-case word, by rules; unknown words come back unchanged. */
export function lemma(word: string): string {
  const known = (Object.hasOwn(IRREGULAR, word) ? IRREGULAR[word] : undefined) ?? cache.get(word);
  if (known !== undefined) return known;
  const result = inflectionless(word);
  if (cache.size < CACHE_MAX) cache.set(word, result);
  return result;
}

function inflectionless(word: string): string {
  if (word.length <= 3 || !/^[a-z]+$/.test(word)) return word;
  if (/ies$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/(ss|sh|ch|x|zz)es$/.test(word)) return word.slice(0, -2);
  if (/oes$/.test(word)) return word.slice(0, -2);
  if (/(ss|us|is)$/.test(word)) return word;
  if (/s$/.test(word)) return word.slice(0, -1);
  if (/ied$/.test(word) && word.length > 4) return `${word.slice(0, -3)}y`;
  if (/ed$/.test(word) && word.length > 4) return restore(word.slice(0, -2));
  if (/ing$/.test(word) && word.length > 5) return restore(word.slice(0, -3));
  return word;
}

/** Puts back what `-ed` and `-ing` removed: `stopp` → `stop`, `creat` → `create`. */
function restore(base: string): string {
  if (!/[aeiouy]/.test(base)) return base;
  if (/(.)\1$/.test(base) && !/(ll|ss|zz|ff)$/.test(base)) return base.slice(0, -1);
  if (E_RESTORED.has(`${base}e`)) return `${base}e`;
  // A short vowel would have doubled the consonant: "taking" comes from take, "stopping" from stop.
  return /^[^aeiou]*[aeiou][^aeiouwxy]$/.test(base) ? `${base}e` : base;
}

/** Verbs in -e that questions to databases use; -ed and -ing forms need the e back. */
const E_RESTORED = new Set(
  `achieve acquire advise allocate approve arrange arrive assume average base cancele capture cause
  change charge close combine compare complete conclude create date decide decline define
  delete describe determine distribute divide donate enclose encode evaluate examine exceed
  exclude execute expire file finance generate graduate guide hire
  illustrate image implicate improve include increase indicate initiate insure
  introduce invite invoice involve issue judge lease license like live locate lose manage
  measure merge migrate mile move name nominate note notice observe operate organize originate
  participate place plate please practice prescribe price probe produce promote propose prove
  provide purchase queue race raise range rate receive recognize reduce refine
  register reimburse relate release remove rename rent replace require reserve resolve retire
  retrieve revise sale sample save schedule score secure serve settle share size solve source
  state store structure style subscribe supervise supply tape tie time trade
  translate type update use utilize value vaccinate validate vote wage write`.split(/\s+/),
);

const DERIVATIONS: readonly (readonly [RegExp, string])[] = [
  [/(ization|isation)$/, 'ize'],
  [/(ation|ition|ution|ption)$/, ''],
  [/(tion|sion)$/, ''],
  [/(ment)$/, ''],
  [/(ness|ship|hood)$/, ''],
  [/(ance|ence|ancy|ency)$/, ''],
  [/(able|ible)$/, ''],
  [/(ality|ity)$/, ''],
  [/(ing|ed)$/, ''],
  [/(or|er|ar|ant|ent|ist)$/, ''],
  [/(ly|al|ic|ive|ful|ous)$/, ''],
  [/(ate|ize|ise)$/, ''],
  [/e$/, ''],
];

/** A crude common root for words of one family; equal stems are a hint, not a proof. */
export function stem(word: string): string {
  const known = stems.get(word);
  if (known !== undefined) return known;
  let base = lemma(word);
  for (const [ending, replacement] of DERIVATIONS) {
    const shortened = base.replace(ending, replacement);
    if (shortened !== base && shortened.length >= 4) {
      base = shortened;
      break;
    }
  }
  base = base.replace(/(.)\1$/, '$1').replace(/[ey]$/, '');
  if (stems.size < CACHE_MAX) stems.set(word, base);
  return base;
}
