/** Recognises questions about how procedures perform. Pure. */

/** What is to be advised on. */
export interface AdviceRequest {
  /** A procedure's name as the database has it; null for all of them. */
  readonly procedure: string | null;
}

/** Words for being slow, or for the wish that something were not. */
const PERFORMANCE =
  /\b(slow(s|er|est|ly|ing|ness)?|sluggish|faster|quick(er|en)|speed(s|ing)?|performance|perform(s|ing)? (badly|poorly|better|well)|latency|bottlenecks?|expensive|cost(s|ly)?|optimi[sz](e|es|ed|ing|ation)|improve(s|d|ment|ments)?|tun(e|ing)|tak(e|es|ing) (so|too|that|very|this)? ?(long|much time)|advice|advise|advis(or|er)|recommend(s|ation|ations)?)\b/;

/** How people begin when they ask about a thing and not for its results. */
const OPENING =
  /^(so |and |but |please |hey )*(why|how (can|could|do|does|would|should|might|to|fast|slow|is|are|well|come)|what (can|could|should|would|makes?|slows?|is|are|advice|recommendations?)|which (stored )?(procedures?|functions?)|where (is|does)|is|are|can|could|should|do you|does|any|give|speed|optimi[sz]e|improve|tune|advi[sc]e|recommend|make|help|tell)\b/;

const ANY_PROCEDURE = /\b(my |the |our |all |any )?(stored )?(procedures?|wasm functions?)\b/;

/**
 * The procedure that a question wants to be better, or null when it asks for something else. It has
 * to open like a question about a thing, speak of performance, and name a procedure or all of them.
 */
export function readAdviceRequest(
  question: string,
  procedures: readonly string[],
): AdviceRequest | null {
  const text = question
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, ' ')
    .trim();
  if (!OPENING.test(text)) return null;
  const named = procedures
    .filter((name) => mentions(text, name))
    // Of `order` and `validate_order`, the longer one is meant.
    .sort((left, right) => right.length - left.length)[0];
  const rest = named === undefined ? text : without(text, named);
  if (!PERFORMANCE.test(rest)) return null;
  if (named !== undefined) return { procedure: named };
  return procedures.length > 0 && ANY_PROCEDURE.test(rest) ? { procedure: null } : null;
}

/** The ways in which people write a name: as it is, or as words. */
function spellings(name: string): string[] {
  const words = name
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replaceAll('_', ' ');
  return [name.toLowerCase(), ...(words.includes(' ') ? [words] : [])];
}

function mentions(text: string, name: string): boolean {
  return spellings(name).some((spelling) => ` ${text} `.includes(` ${spelling} `));
}

function without(text: string, name: string): string {
  return spellings(name).reduce(
    (rest, spelling) => rest.replaceAll(` ${spelling} `, ' '),
    ` ${text} `,
  );
}
