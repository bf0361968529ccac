/**
 * General English that bears on questions to a database. Nothing here names the content of
 * any one database; domain words belong to a database's own names, comments and values.
 */

/** Groups of words that people use for one another when they name tables and columns. */
const SYNONYM_GROUPS: readonly string[] = [
  'phone telephone cellphone mobile',
  'movie film',
  'staff employee worker personnel',
  'person people individual human',
  'customer client buyer shopper',
  'price cost fee charge rate',
  'salary wage pay income earnings',
  'amount sum value money',
  'country nation',
  'nationality citizenship country',
  'gender sex',
  'mail email',
  'picture image photo',
  'company firm corporation business organization organisation enterprise',
  'customer user',
  'store shop',
  'item product article good',
  'purchase order buy',
  'buy purchase sale',
  'buy invoice',
  'sell order invoice',
  'borrow loan checkout',
  'lend loan',
  'sell sale',
  'car vehicle automobile auto',
  'doctor physician',
  'drug medication medicine',
  'teacher instructor lecturer professor tutor',
  'student pupil learner',
  'class course',
  'subject course',
  'title name',
  'begin start',
  'end finish',
  'job occupation profession position',
  'kind type category sort',
  'category type',
  'state status condition',
  'hometown city',
  'city town',
  'location place venue',
  'location address',
  'description detail',
  'info information detail',
  'comment remark note review',
  'grade mark score point',
  'rank ranking position',
  'height tall high',
  'weight heavy',
  'length long',
  'duration length time',
  'age old',
  'date day time',
  'year annual',
  'surname lastname family last',
  'forename firstname given first personal',
  'manager boss head supervisor',
  'member participant',
  'participate attend join take',
  'attendance attend participate',
  'count number quantity',
  'capacity size',
  'size large big',
  'population inhabitant resident',
  'reside live stay',
  'residence live',
  'apartment flat',
  'house home property building',
  'visitor tourist guest',
  'trip ride journey',
  'ship vessel boat',
  'plane aircraft airplane',
  'airport field',
  'airline carrier',
  'flight fly',
  'departure depart origin source from',
  'arrival arrive destination to',
  'book reserve',
  'booking reservation',
  'rental rent',
  'lesson lecture',
  'song track',
  'singer artist musician',
  'game match',
  'competition contest tournament',
  'team club',
  'coach trainer',
  'party political',
  'vote ballot',
  'enroll register enrolment',
  'degree diploma',
  'department dept division',
  'school college university',
  'campus university',
  'author writer',
  'publish publication',
  'paper article publication',
  'cite citation',
  'supervisor advisor',
  'advise advisor',
  'hire employ',
  'birthday birth',
  'birthdate birth',
  'zip postal postcode zipcode',
  'latitude lat',
  'longitude long lng lon',
  'temperature temp',
  'budget fund',
  'revenue sale income turnover',
  'revenue total amount',
  'sale turnover total amount',
  'profit earning',
  'payment pay',
  'bill invoice',
  'delivery deliver ship shipment',
  'shipping shipment ship',
  'inventory stock',
  'supplier vendor seller',
  'brand make maker manufacturer',
  'manufacture produce make',
  'producer maker',
  'model version',
  'color colour',
  'nickname alias',
  'abbreviation short',
  'distance mile far',
  'speed fast',
  'war battle',
  'disease illness',
  'treatment procedure treat',
  'hospital clinic',
  'dormitory dorm',
  'pet animal',
  'parent father mother',
  'friend friendship',
  'message text',
  'tip advice',
  'rating score star',
  'review rating',
  'user account',
  'balance saving',
  'altitude elevation',
  'genre category',
  'actress actor',
  'waitress waiter',
  'means way method transportation',
  'region area',
  'territory region',
  'period duration',
  'occupancy accommodate capacity',
  'begin opening start',
  'close closing',
  'saving benefit discount reduction',
  'risk danger',
  'fraud fraudulent suspicious',
  'transaction payment',
  'merchant seller',
  'tier level',
  'loyalty membership',
  'level tier grade',
  'quantity amount',
  'total overall',
  'available availability',
  'created creation create',
  'claim insurance',
  'settlement settle',
  'festival event',
  'event incident',
  'journal magazine',
  'conference proceeding',
  'chef cook',
  'recipe dish',
  'meal food',
  'cuisine food',
  'bedroom room',
  'crew staff',
  'physician doctor',
  'characteristic property attribute feature',
  'facility amenity',
  'opening open',
  'founder found establish',
  'found establish founded',
  'expense cost expenditure',
  'expensive price cost',
  'cheap price cost',
  'cancel cancelled cancellation',
];

/** Columns' customary shortenings that neither a prefix nor its consonants give away. */
const ABBREVIATIONS: Readonly<Record<string, readonly string[]>> = {
  fname: ['first', 'name'],
  lname: ['last', 'name'],
  mname: ['middle', 'name'],
  minit: ['middle', 'initial'],
  dob: ['date', 'birth'],
  id: ['id'],
  ids: ['id'],
  identifier: ['id'],
  identification: ['id'],
  nm: ['name'],
  num: ['number'],
  no: ['number'],
  nbr: ['number'],
  qty: ['quantity'],
  amt: ['amount'],
  desc: ['description'],
  descr: ['description'],
  dept: ['department'],
  addr: ['address'],
  tel: ['telephone'],
  ph: ['phone'],
  acct: ['account'],
  acc: ['account'],
  mgr: ['manager'],
  emp: ['employee'],
  cust: ['customer'],
  stu: ['student'],
  prof: ['professor'],
  fac: ['faculty'],
  org: ['organization'],
  txn: ['transaction'],
  tx: ['transaction'],
  trans: ['transaction'],
  apt: ['apartment'],
  bldg: ['building'],
  pct: ['percent'],
  avg: ['average'],
  max: ['maximum'],
  min: ['minimum'],
  lat: ['latitude'],
  lng: ['longitude'],
  lon: ['longitude'],
  yr: ['year'],
  dt: ['date'],
  ts: ['timestamp'],
  ssn: ['social', 'security', 'number'],
  ref: ['reference'],
  src: ['source'],
  dst: ['destination'],
  dest: ['destination'],
  gpa: ['gpa'],
  sal: ['salary'],
  loc: ['location'],
  ctry: ['country'],
  prereq: ['prerequisite'],
  asst: ['assistant'],
  firstname: ['first', 'name'],
  lastname: ['last', 'name'],
  middlename: ['middle', 'name'],
  fullname: ['full', 'name'],
  surname: ['last', 'name'],
  forename: ['first', 'name'],
  zipcode: ['zip', 'code'],
  postcode: ['postal', 'code'],
  birthdate: ['birth', 'date'],
  birthday: ['birth', 'date'],
  birthplace: ['birth', 'place'],
  hometown: ['home', 'town'],
  homepage: ['home', 'page'],
  nickname: ['nick', 'name'],
  timestamp: ['timestamp'],
  datetime: ['date', 'time'],
  daytime: ['day', 'time'],
};

const synonyms = new Map<string, Set<string>>();
for (const group of SYNONYM_GROUPS) {
  const words = group.split(' ');
  for (const word of words) {
    const known = synonyms.get(word) ?? new Set<string>();
    for (const other of words) if (other !== word) known.add(other);
    synonyms.set(word, known);
  }
}

/** Whether two lemmas are everyday synonyms of each other. */
export function areSynonyms(a: string, b: string): boolean {
  return synonyms.get(a)?.has(b) ?? false;
}

/** The words a customary shortening stands for, or null. */
export function expandAbbreviation(word: string): readonly string[] | null {
  return Object.hasOwn(ABBREVIATIONS, word) ? (ABBREVIATIONS[word] ?? null) : null;
}

const FUNCTION_WORDS = new Set(
  `a an the of in on at to for from by with and or but nor as is are was were be been being am do does did
  have has had having it its his her hers their theirs them they he she him we us our ours you your i me my
  this that these those there here who whom whose which what when where why how all any some each every both
  either neither no not none never only also too as than then so such if else while during into onto within
  without out up down off over under between among across about after before since until through per via
  please can could would should will may might must shall let want need like know tell show find list give get
  return display print report select retrieve fetch provide identify compute calculate determine count whether
  many much more most less least few fewer several different distinct unique various one ones same other others another
  respectively corresponding associated respective along together total number list names name s exactly just still already
  currently ever once ordered sorted sort order ascending descending alphabetical alphabetically lexicographic
  lexicographical record records table tables database information info entry entries row rows exist existing exists
  contain contains containing include includes including included involve belong belongs related relate following
  first last top bottom highest lowest largest smallest greatest maximum minimum average mean median sum max min avg
  greater higher lower larger smaller bigger longer shorter older younger later earlier equal equals
  kind kinds sort detail details overall me up available possible also what's there's group grouped
  value values result results result's use uses used using make makes made see look looking people person result
  named called titled respectively form regardless instead excluding except besides however well back whom by order use ok hi hello something anything someone anyone anybody somebody`.split(
    /\s+/,
  ),
);

/** Whether a word carries structure rather than content and need not be found in the database. */
export function isFunctionWord(lower: string): boolean {
  return FUNCTION_WORDS.has(lower);
}

/** Verbs that merely connect an entity with another; leaving them ungrounded loses nothing. */
const LIGHT_VERBS = new Set(
  `have be do make get take give use own belong contain hold keep work live stay reside come go participate
  include involve offer provide receive appear exist occur happen correspond associate relate register record
  list show produce create place locate base call name know serve perform run start begin end finish
  process process charge visit buy sell purchase play study teach learn attend join enroll enrol win lose earn spend pay cost see say
  write publish release open close apply assign affiliate employ hire manage lead head operate own rent book reserve
  order ship deliver send receive put set add mention describe write born grow increase choose pick select want like
  supply treat prescribe undergo advise supervise direct act star sing perform compete score rank rate review
  travel fly depart arrive leave land reach drive ride own host hold claim settle handle store represent track find
  care charge sit access post observe handle incur classify arrange present describe found ask answer support accept cover grant award confer affect cause earn issue live carry do offer share total spread`.split(
    /\s+/,
  ),
);

/** Whether the lemma is a verb that questions use to connect nouns. */
export function isLightVerb(lemma: string): boolean {
  return LIGHT_VERBS.has(lemma);
}

/** What is said of rows that are, or are not yet, in some state: "are still open", "were paid". */
const STATES = new Set(
  'open close win lose pay release settle ship deliver accept cover grant award answer'.split(' '),
);

/** Whether the word is one for a state, as an adjective is: "open", "closed", "paid", but not "pay". */
export function isStateWord(
  token: { readonly lemma: string; readonly lower: string } | undefined,
): boolean {
  if (token === undefined || !STATES.has(token.lemma)) return false;
  return token.lower === 'open' || token.lower !== token.lemma;
}

/** Whether a verb after "is", "still", "been" says which rows are meant, beyond connecting nouns. */
export function isState(
  token: { readonly lemma: string } | null | undefined,
  before: { readonly lower: string } | null | undefined,
  after: { readonly lower: string } | null | undefined,
): boolean {
  return (
    token != null &&
    STATES.has(token.lemma) &&
    /^(is|are|was|were|been|still|not|never|already|yet)$/.test(before?.lower ?? '') &&
    /^(|and|or|but|[,.?!;])$/.test(after?.lower ?? '')
  );
}

export type Grain = 'year' | 'quarter' | 'month' | 'week' | 'day';

const GRAINS: Readonly<Record<string, Grain>> = {
  year: 'year',
  years: 'year',
  quarter: 'quarter',
  quarters: 'quarter',
  month: 'month',
  months: 'month',
  week: 'week',
  weeks: 'week',
  day: 'day',
  days: 'day',
};

/** The span of time that a noun after "per" or "by" divides by. */
export function grainOf(lower: string): Grain | null {
  return Object.hasOwn(GRAINS, lower) ? (GRAINS[lower] ?? null) : null;
}

const GRAIN_ADJECTIVES: Readonly<Record<string, Grain>> = {
  annual: 'year',
  yearly: 'year',
  quarterly: 'quarter',
  monthly: 'month',
  weekly: 'week',
  daily: 'day',
};

/** The span of time that an adjective divides by: "monthly". */
export function grainAdjective(lower: string): Grain | null {
  return Object.hasOwn(GRAIN_ADJECTIVES, lower) ? (GRAIN_ADJECTIVES[lower] ?? null) : null;
}

export type AggregateName = 'count' | 'sum' | 'avg' | 'median' | 'min' | 'max';

const AGGREGATES: Readonly<Record<string, AggregateName>> = {
  average: 'avg',
  avg: 'avg',
  mean: 'avg',
  median: 'median',
  total: 'sum',
  sum: 'sum',
  overall: 'sum',
  combined: 'sum',
  maximum: 'max',
  maximal: 'max',
  max: 'max',
  highest: 'max',
  largest: 'max',
  greatest: 'max',
  biggest: 'max',
  top: 'max',
  minimum: 'min',
  minimal: 'min',
  min: 'min',
  lowest: 'min',
  smallest: 'min',
  fewest: 'min',
};

/** The aggregate that an adjective asks for, as `average` in "average price". */
export function aggregateOf(lower: string): AggregateName | null {
  return Object.hasOwn(AGGREGATES, lower) ? (AGGREGATES[lower] ?? null) : null;
}

/** A superlative: which end of the order, and what kind of column it ranks by when none is named. */
export interface Superlative {
  readonly direction: 'asc' | 'desc';
  /** Words of columns the adjective measures; empty when the noun after it names the column. */
  readonly measures: readonly string[];
}

const age = ['age', 'birth', 'birthday'];
const SUPERLATIVES: Readonly<Record<string, Superlative>> = {
  highest: { direction: 'desc', measures: [] },
  largest: {
    direction: 'desc',
    measures: ['size', 'area', 'population', 'capacity', 'amount', 'number'],
  },
  greatest: { direction: 'desc', measures: [] },
  biggest: { direction: 'desc', measures: ['size', 'area', 'population', 'capacity', 'amount'] },
  maximum: { direction: 'desc', measures: [] },
  maximal: { direction: 'desc', measures: [] },
  max: { direction: 'desc', measures: [] },
  most: { direction: 'desc', measures: [] },
  best: { direction: 'desc', measures: ['rating', 'score', 'rank', 'grade', 'point'] },
  lowest: { direction: 'asc', measures: [] },
  smallest: {
    direction: 'asc',
    measures: ['size', 'area', 'population', 'capacity', 'amount', 'number'],
  },
  minimum: { direction: 'asc', measures: [] },
  minimal: { direction: 'asc', measures: [] },
  min: { direction: 'asc', measures: [] },
  least: { direction: 'asc', measures: [] },
  fewest: { direction: 'asc', measures: [] },
  worst: { direction: 'asc', measures: ['rating', 'score', 'rank', 'grade', 'point'] },
  oldest: { direction: 'desc', measures: age },
  eldest: { direction: 'desc', measures: age },
  youngest: { direction: 'asc', measures: age },
  newest: { direction: 'desc', measures: ['date', 'time', 'year', 'created'] },
  latest: { direction: 'desc', measures: ['date', 'time', 'year', 'timestamp'] },
  earliest: { direction: 'asc', measures: ['date', 'time', 'year', 'timestamp'] },
  longest: { direction: 'desc', measures: ['length', 'duration', 'distance', 'time', 'page'] },
  shortest: {
    direction: 'asc',
    measures: ['length', 'duration', 'distance', 'time', 'page', 'height'],
  },
  tallest: { direction: 'desc', measures: ['height'] },
  heaviest: { direction: 'desc', measures: ['weight'] },
  lightest: { direction: 'asc', measures: ['weight'] },
  fastest: { direction: 'desc', measures: ['speed', 'time'] },
  slowest: { direction: 'asc', measures: ['speed', 'time'] },
  cheapest: { direction: 'asc', measures: ['price', 'cost', 'fee', 'amount', 'fare'] },
  priciest: { direction: 'desc', measures: ['price', 'cost', 'fee', 'amount', 'fare'] },
  costliest: { direction: 'desc', measures: ['price', 'cost', 'fee', 'amount', 'fare'] },
  richest: { direction: 'desc', measures: ['money', 'worth', 'income', 'salary'] },
  hottest: { direction: 'desc', measures: ['temperature'] },
  coldest: { direction: 'asc', measures: ['temperature'] },
  furthest: { direction: 'desc', measures: ['distance'] },
  farthest: { direction: 'desc', measures: ['distance'] },
  nearest: { direction: 'asc', measures: ['distance'] },
  closest: { direction: 'asc', measures: ['distance'] },
  deepest: { direction: 'desc', measures: ['depth'] },
  widest: { direction: 'desc', measures: ['width'] },
};

const RANKED_PARTICIPLES: Readonly<Record<string, readonly string[]>> = {
  rated: ['rating', 'score', 'star', 'grade', 'point'],
  rating: ['rating', 'score', 'star', 'grade', 'point'],
  ranked: ['rank', 'ranking', 'rating', 'score'],
  ranking: ['rank', 'ranking', 'rating', 'score'],
  scoring: ['score', 'point', 'goal'],
  scored: ['score', 'point', 'goal'],
  paid: ['salary', 'wage', 'pay', 'income', 'earning', 'compensation'],
  earning: ['salary', 'wage', 'earning', 'income', 'revenue'],
  selling: ['sold', 'selling'],
  paying: ['salary', 'wage', 'pay', 'amount'],
  priced: ['price', 'cost', 'fee', 'amount', 'fare'],
  grossing: ['gross', 'revenue', 'sale', 'income'],
};

/** The measures of a participle after a superlative: "highest rated", "lowest paid". */
export function rankedParticiple(lower: string): readonly string[] | null {
  return Object.hasOwn(RANKED_PARTICIPLES, lower) ? (RANKED_PARTICIPLES[lower] ?? null) : null;
}

const MOST_ADJECTIVES: Readonly<Record<string, readonly string[]>> = {
  expensive: ['price', 'cost', 'fee', 'amount', 'fare'],
  costly: ['price', 'cost', 'fee', 'amount'],
  recent: ['date', 'time', 'year', 'timestamp', 'created'],
  recently: ['date', 'time', 'year', 'timestamp', 'created'],
  experienced: ['experience', 'year'],
  used: [],
  frequented: [],
  popular: [],
  common: [],
  frequent: [],
  frequently: [],
  often: [],
  prominent: [],
  prevalent: [],
  populous: ['population'],
  populated: ['population'],
  active: [],
  risky: ['risk'],
  valuable: ['value', 'price', 'worth'],
  senior: ['age'],
};

/** The superlative that one word is, as `oldest`. */
export function superlativeOf(lower: string): Superlative | null {
  return Object.hasOwn(SUPERLATIVES, lower) ? (SUPERLATIVES[lower] ?? null) : null;
}

/** The measures of an adjective after `most` or `least`; empty means how often it occurs. */
export function mostAdjective(lower: string): readonly string[] | null {
  return Object.hasOwn(MOST_ADJECTIVES, lower) ? (MOST_ADJECTIVES[lower] ?? null) : null;
}

export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A comparative adjective: its operator and the columns it measures when none is named. */
export interface Comparative {
  readonly operator: ComparisonOperator;
  readonly measures: readonly string[];
  /** `older than 2000` on a birth date turns around; set where more age means an earlier date. */
  readonly isInvertedForDates?: boolean;
}

const COMPARATIVES: Readonly<Record<string, Comparative>> = {
  more: { operator: '>', measures: [] },
  greater: { operator: '>', measures: [] },
  higher: { operator: '>', measures: [] },
  larger: { operator: '>', measures: [] },
  bigger: { operator: '>', measures: [] },
  above: { operator: '>', measures: [] },
  over: { operator: '>', measures: [] },
  exceeding: { operator: '>', measures: [] },
  exceed: { operator: '>', measures: [] },
  exceeds: { operator: '>', measures: [] },
  beyond: { operator: '>', measures: [] },
  less: { operator: '<', measures: [] },
  fewer: { operator: '<', measures: [] },
  lower: { operator: '<', measures: [] },
  smaller: { operator: '<', measures: [] },
  below: { operator: '<', measures: [] },
  under: { operator: '<', measures: [] },
  older: { operator: '>', measures: age, isInvertedForDates: true },
  younger: { operator: '<', measures: age, isInvertedForDates: true },
  longer: { operator: '>', measures: ['length', 'duration', 'distance', 'time', 'page'] },
  shorter: {
    operator: '<',
    measures: ['length', 'duration', 'distance', 'time', 'page', 'height'],
  },
  taller: { operator: '>', measures: ['height'] },
  heavier: { operator: '>', measures: ['weight'] },
  lighter: { operator: '<', measures: ['weight'] },
  faster: { operator: '>', measures: ['speed'] },
  slower: { operator: '<', measures: ['speed'] },
  cheaper: { operator: '<', measures: ['price', 'cost', 'fee', 'amount'] },
  pricier: { operator: '>', measures: ['price', 'cost', 'fee', 'amount'] },
  later: { operator: '>', measures: ['date', 'time', 'year'] },
  earlier: { operator: '<', measures: ['date', 'time', 'year'] },
  newer: { operator: '>', measures: ['date', 'time', 'year'] },
  after: { operator: '>', measures: ['date', 'time', 'year'] },
  since: { operator: '>=', measures: ['date', 'time', 'year'] },
  before: { operator: '<', measures: ['date', 'time', 'year'] },
  until: { operator: '<=', measures: ['date', 'time', 'year'] },
};

/** The comparison that one word starts, as `older` in "older than 18". */
export function comparativeOf(lower: string): Comparative | null {
  return Object.hasOwn(COMPARATIVES, lower) ? (COMPARATIVES[lower] ?? null) : null;
}

/** A word for a whole that is made of many amounts: revenue, sales. */
export function isMassNoun(word: string): boolean {
  return /^(revenue|turnover|sales|income|spending|expenditure|expenses|earnings)$/i.test(word);
}
