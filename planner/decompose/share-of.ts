const PATTERN =
  /^(?:(?:what(?:'s| is)?|show(?: me)?|give me|list|find|calculate) )?(?:the )?(?<figure>percentage|percent|proportion|share|fraction) of (?:the )?(?<part>\p{L}+) (?<whole>\p{L}+s)(?<group> (?:(?:for|in|of|at|on|by|per) (?:each|every)|per|by|across) [^,;?]+?)?\s*[?.]?$/iu;
/** Words before a noun that say how it is counted, not which part of it is meant. */
const NO_PART = /^(all|total|our|the|overall|different|number|each|every)$/i;

/** "Percentage of platinum customers" as the question it is short for; null for anything else. */
export function spellOutShare(request: string): string | null {
  const { figure, part, whole, group = '' } = PATTERN.exec(request.trim())?.groups ?? {};
  if (figure === undefined || part === undefined || whole === undefined) return null;
  if (NO_PART.test(part)) return null;
  const asked = /^(proportion|fraction)$/i.test(figure) ? 'proportion' : 'percentage';
  return `what ${asked} of ${whole} are ${part}${group}`;
}
