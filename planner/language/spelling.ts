/**
 * The spelling that British and American English share for a word, which is the American one where
 * they differ. Two spellings of one word come to the same; nothing is said about whether a word is
 * one. Only for telling spellings apart, never for print.
 */
export function sharedSpelling(word: string): string {
  if (word.length < 4 || !/^[a-z]+$/.test(word)) return word;
  const [, base = word, ending = ''] = /^(.*?)(s?)$/.exec(word) ?? [];
  const single = Object.hasOwn(WORDS, base) ? WORDS[base] : undefined;
  if (single !== undefined) return single + ending;
  return ENDINGS.reduce((spelled, [british, american]) => spelled.replace(british, american), word);
}

/** Whether two texts are the same but for the case and spelling of their words. */
export function isRespelled(one: string, other: string): boolean {
  return spelling(one) === spelling(other);
}

function spelling(text: string): string {
  return text.toLowerCase().split(/\s+/).map(sharedSpelling).join(' ');
}

/** Words whose two spellings follow no rule. */
const WORDS: Readonly<Record<string, string>> = {
  grey: 'gray',
  greyed: 'grayed',
  greyish: 'grayish',
  cheque: 'check',
  chequing: 'checking',
  tyre: 'tire',
  kerb: 'curb',
  programme: 'program',
  gramme: 'gram',
  kilogramme: 'kilogram',
  aluminium: 'aluminum',
  jewellery: 'jewelry',
  plough: 'plow',
  mould: 'mold',
  moult: 'molt',
  smoulder: 'smolder',
  moustache: 'mustache',
  pyjama: 'pajama',
  sceptic: 'skeptic',
  sceptical: 'skeptical',
  cosy: 'cozy',
  judgement: 'judgment',
  acknowledgement: 'acknowledgment',
  ageing: 'aging',
  artefact: 'artifact',
  yoghurt: 'yogurt',
  doughnut: 'donut',
  sulphur: 'sulfur',
  enquiry: 'inquiry',
  enquirie: 'inquirie',
  practise: 'practice',
  practised: 'practiced',
  practising: 'practicing',
  licence: 'license',
  defence: 'defense',
  offence: 'offense',
  pretence: 'pretense',
  manoeuvre: 'maneuver',
};

/** A syllable before the one that is spelled in two ways: "cancelled" has one, "filled" has none. */
const SYLLABLE = '(?<=[aeiouy][a-z]*[^aeiou][aeiou]*)';
/** A prefix is no syllable of the stem: "refilled" is not "refiled". */
const UNPREFIXED = '(?<!^(?:re|un|over|out|mis|pre)[^aeiou]*[aeiou])';

const ENDINGS: readonly (readonly [RegExp, string])[] = [
  // colour, favourite, neighbourhood; but hour and four.
  [/(?<=[aeiouy][a-z]*[^aeiou])our(?=(?:s|ed|ing|ite|able|er|ful|less|hood|al|ist|y)?s?$)/, 'or'],
  // organise, organisation, analyse; but rise.
  [/(?<=[aeiouy][a-z]*[^aeiou])is(?=(?:e[drs]?|ers|ing|able|ations?|ational)$)/, 'iz'],
  [/(?<=[aeiouy][a-z]*)ys(?=(?:e[drs]?|ers|ing|able)$)/, 'yz'],
  // cancelled, travelling, modeller, marvellous; but filled.
  [new RegExp(`${UNPREFIXED}${SYLLABLE}ll(?=(?:ed|ing|ings|er|ers|or|ors|ous|ist|ists)$)`), 'l'],
  // enrol and enroll, instalment and installment, skilful and skillful.
  [new RegExp(`${UNPREFIXED}${SYLLABLE}ll(?=s?$)`), 'l'],
  [/ll(?=(?:ment|ful)(?:s|ly)?$)/, 'l'],
  // focussed, worshipped, kidnapper.
  [/(?<=^(?:foc|bi|worshi|kidna)[a-z]?)([sp])\1(?=(?:ed|ing|er|ers)$)/, '$1'],
  // centre, litres, theatre, fibre, centred.
  [/(?<=[aeiouy][a-z]*[bgtv])re(?=[sd]?$)/, 'er'],
  // catalogue, dialogues, catalogued, cataloguing.
  [/(?<=[aeiouy][a-z]*)ogue(?=s?$)/, 'og'],
  [/(?<=[aeiouy][a-z]*)ogu(?=(?:ed|ing|er|ers)$)/, 'og'],
  // paediatric, haematology, anaemia, anaesthesia, gynaecology, caesarean, encyclopaedia.
  [
    /(?<=p)ae(?=d)|(?<=^h)ae(?=m)|(?<=[nkc])ae(?=m)|(?<=n)ae(?=c|sth)|^ae(?=sth)|(?<=^c)ae(?=s)/,
    'e',
  ],
  // oestrogen, oesophagus, foetus, diarrhoea, oedema.
  [/^oe(?=st|so|d)|(?<=^f)oe(?=t)|(?<=rh)oe(?=a)/, 'e'],
];
