const PATTERN =
  /^(?:what(?:'s| is) the )?(?<figure>percentage|proportion|share) of (?<part>\p{L}+) (?<whole>\p{L}+s)\s*\??$/iu;

/** "Percentage of platinum customers" as the question it is short for; null for anything else. */
export function spellOutShare(request: string): string | null {
  const { figure, part, whole } = PATTERN.exec(request.trim())?.groups ?? {};
  if (figure === undefined || part === undefined || whole === undefined) return null;
  const asked = figure.toLowerCase() === 'proportion' ? 'proportion' : 'percentage';
  return `what ${asked} of ${whole} are ${part}`;
}
