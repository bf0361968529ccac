import { Sentence } from './sentence.ts';

/** How the new value of a column comes from what is said. */
export type Amount = 'set' | 'clear' | 'add' | 'subtract' | 'multiply' | 'divide';

/** `place` names a column and whose it is: "status of order 17". */
export interface ColumnForm {
  readonly kind: 'column';
  readonly place: string;
  readonly value: string;
  readonly amount: Amount;
  /** Further columns of the same rows that are set with it. */
  readonly also: readonly { readonly column: string; readonly value: string }[];
}

/** One way to take a request for a change, before it is known what its words mean. */
export type WriteForm =
  | ColumnForm
  /** Whatever column holds such a value: "mark order 17 as shipped". */
  | { readonly kind: 'mark'; readonly rows: string; readonly value: string }
  | { readonly kind: 'rename'; readonly rows: string; readonly value: string }
  | { readonly kind: 'delete'; readonly rows: string }
  /** What follows the verb: "a customer named Ada with city London". */
  | { readonly kind: 'insert'; readonly row: string }
  /** `isAsked` where a verb says that something is called. */
  | { readonly kind: 'call'; readonly call: string; readonly isAsked: boolean };

/** A request that asks for a change. */
export interface WriteRequest {
  /** The ways to take it, the likeliest first. */
  readonly forms: readonly WriteForm[];
  /** Its verb means a change whatever follows: it is never a question. */
  readonly isCertain: boolean;
  /** It is about tables themselves, not about their rows. */
  readonly isDefinition: boolean;
}

const POLITE =
  /^(?:(?:please|kindly|now|then|and|also|just|can you|could you|would you|will you|i want you to|i want to|i need to|i would like to|i'd like to|let us|let's|go ahead and)[\s,]+)*/i;
const DEFINITION =
  /^(?:drop|create|alter|truncate|rename)\s+(?:(?:or replace|the|a|an|new|temporary|temp)\s+)*(?:table|column|index|view|schema|database|sequence|macro|type|role|procedure)\b|^(?:add|remove|delete)\s+(?:(?:the|a|an|new)\s+)*(?:column|index)\b|^truncate\b/i;
const RAISE = 'increase|raise|bump|lift|grow';
const LOWER = 'decrease|reduce|lower|cut|shrink';

/** Verbs that ask for a change when a request begins with them. */
const CHANGES = new Set(
  `add adjust append approve archive assign book cancel change clear close correct create cut deactivate
  decrease delete discard double drop empty enter erase expire fix flag halve increase insert log lower make
  mark merge modify move multiply open pay purge put raise record reduce refund register reject remove rename
  replace reset restock restore return save schedule set ship split store subtract swap transfer update upgrade
  withdraw write`.split(/\s+/),
);

/** Whether a request begins, after polite words, with a verb that asks for a change. */
export function beginsWithChange(request: string): boolean {
  const text = request.trim();
  const rest = text.slice(POLITE.exec(text)?.[0].length ?? 0);
  return CHANGES.has(/^\p{L}+/u.exec(rest)?.[0].toLowerCase() ?? '');
}

/** Reads a request as a change; null where it is a question. Quotation marks hide what is in them. */
export function readWriteRequest(request: string): WriteRequest | null {
  const text = request.trim().replace(/[.!;\s]+$/, '');
  const start = POLITE.exec(text)?.[0].length ?? 0;
  const sentence = new Sentence(text.slice(start));
  if (sentence.test(DEFINITION)) return { forms: [], isCertain: true, isDefinition: true };
  const forms = [
    ...columnForms(sentence),
    ...markForms(sentence),
    ...insertForms(sentence),
    ...deleteForms(sentence),
    ...callForms(sentence),
  ];
  if (forms.length === 0) return null;
  const isCertain = sentence.test(
    /^(delete|insert|mark|rename|erase|purge|remove)\s|^(set|update|change|modify)\s.*(\s(to|as)\s|=)|^(increase|decrease|raise|reduce)\s.*\sby\s/i,
  );
  return { forms, isCertain, isDefinition: false };
}

function columnForms(sentence: Sentence): readonly WriteForm[] {
  const forms: WriteForm[] = [];
  const set = sentence.match(/^(?:set|change|update|modify|correct)\s+(?<rest>.+)$/i);
  if (set?.rest !== undefined) forms.push(...settingForms(set.rest));
  const scaled = sentence.match(
    new RegExp(
      `^(?<verb>${RAISE}|${LOWER})\\s+(?<place>.+)\\s+by\\s+(?<value>\\S+(?:\\s*(?:%|percent))?)$`,
      'i',
    ),
  );
  if (scaled !== null) {
    const isRaise = new RegExp(`^(${RAISE})$`, 'i').test(scaled.verb ?? '');
    forms.push(column(scaled.place, scaled.value, isRaise ? 'add' : 'subtract'));
  }
  const added = sentence.match(
    /^add\s+(?<value>[$€£]?[\d.,]+(?:\s*(?:%|percent))?)\s+(?:to|onto)\s+(?<place>.+)$/i,
  );
  if (added !== null) forms.push(column(added.place, added.value, 'add'));
  const taken = sentence.match(
    /^(?:subtract|deduct|take|remove)\s+(?<value>[$€£]?[\d.,]+(?:\s*(?:%|percent))?)\s+(?:away\s+)?from\s+(?<place>.+)$/i,
  );
  if (taken !== null) forms.push(column(taken.place, taken.value, 'subtract'));
  const product = sentence.match(/^(?<verb>multiply|divide)\s+(?<place>.+)\s+by\s+(?<value>\S+)$/i);
  if (product !== null) {
    const isProduct = /^multiply$/i.test(product.verb ?? '');
    forms.push(column(product.place, product.value, isProduct ? 'multiply' : 'divide'));
  }
  const factor = sentence.match(/^(?<verb>double|triple|halve)\s+(?<place>.+)$/i);
  if (factor !== null) {
    const verb = (factor.verb ?? '').toLowerCase();
    const kind = verb === 'halve' ? 'divide' : 'multiply';
    forms.push(column(factor.place, verb === 'triple' ? '3' : '2', kind));
  }
  const cleared = sentence.match(/^(?:clear|empty|blank|unset)(?:\s+out)?\s+(?<place>.+)$/i);
  if (cleared !== null) forms.push(column(cleared.place, '', 'clear'));
  return forms;
}

/** "X of Y to V", "X to V for Y", "X of Y to V and Z to W", "Y to V". */
function settingForms(rest: string): readonly WriteForm[] {
  const sentence = new Sentence(rest);
  const forms: WriteForm[] = [...jointForms(sentence)];
  // The last "to" comes first: names have one more often than values do.
  for (const [before, after] of [...sentence.splits('to|as')].reverse()) {
    const tail = new Sentence(after);
    for (const [value, owner] of tail.splits('for|of|on|in')) {
      forms.push(column(`${before} of ${owner}`, value));
    }
    for (const [value, condition] of tail.splits('where|when')) {
      forms.push(column(`${before} where ${condition}`, value));
    }
    forms.push(column(before, after));
    forms.push({ kind: 'mark', rows: before, value: after });
  }
  // "order 17 set status = shipped", as SQL has it.
  const late = sentence.match(
    /^(?<rows>.+?)[\s,:]+set\s+(?<column>.+?)\s*(?:=|\sto\s)\s*(?<value>.+)$/i,
  );
  if (late !== null) forms.unshift(column(`${late.column} of ${late.rows}`, late.value));
  return forms;
}

/** Several columns of the same rows; texts of more than a word belong in quotation marks. */
function jointForms(sentence: Sentence): readonly WriteForm[] {
  const clauses = sentence
    .pieces(/\s*(?:,\s*and\s|,|\sand\s)\s*/gi)
    .map((clause) =>
      new Sentence(clause).match(/^(?:set\s+)?(?<place>.+?)\s*(?:\sto\s|=)\s*(?<value>.+)$/i),
    );
  const [first, ...others] = clauses;
  if (first == null || others.length === 0 || others.includes(null)) return [];
  const also = others.map((clause) => ({
    column: clause?.place ?? '',
    value: clause?.value ?? '',
  }));
  return [{ ...column(first.place, first.value), also }];
}

function markForms(sentence: Sentence): readonly WriteForm[] {
  const marked =
    sentence.match(/^(?:mark|flag)\s+(?<rows>.+)\s+as\s+(?<value>.+)$/i) ??
    sentence.match(/^make\s+(?<rows>.+)\s+(?<value>\S+)$/i);
  const renamed = sentence.match(/^rename\s+(?<rows>.+?)\s+(?:to|as)\s+(?<value>.+)$/i);
  return [
    ...(marked === null
      ? []
      : [{ kind: 'mark', rows: marked.rows ?? '', value: marked.value ?? '' } as const]),
    ...(renamed === null
      ? []
      : [{ kind: 'rename', rows: renamed.rows ?? '', value: renamed.value ?? '' } as const]),
  ];
}

function insertForms(sentence: Sentence): readonly WriteForm[] {
  const inserted =
    sentence.match(/^insert\s+(?:into\s+)?(?<row>.+)$/i) ??
    sentence.match(
      /^(?:add|create|register|enter|record)\s+(?<row>(?:an?|one|another|the|new)\s+(?:new\s+)?.+)$/i,
    );
  return inserted?.row === undefined ? [] : [{ kind: 'insert', row: inserted.row }];
}

function deleteForms(sentence: Sentence): readonly WriteForm[] {
  const deleted = sentence.match(
    /^(?:delete|remove|erase|purge|discard|drop|get\s+rid\s+of)\s+(?:from\s+)?(?<rows>.+)$/i,
  );
  return deleted?.rows === undefined ? [] : [{ kind: 'delete', rows: deleted.rows }];
}

function callForms(sentence: Sentence): readonly WriteForm[] {
  const called = sentence.match(
    /^(?:call|run|execute|invoke|perform)\s+(?:the\s+)?(?:procedure\s+)?(?<call>.+)$/i,
  );
  // A procedure may be named like the verb it is: "restock product 3".
  const call = called?.call ?? sentence.match(/^(?<call>.+)$/)?.call;
  return call === undefined ? [] : [{ kind: 'call', call, isAsked: called !== null }];
}

function column(place = '', value = '', amount: Amount = 'set'): ColumnForm {
  return { kind: 'column', place, value, amount, also: [] };
}
