const OPERATION = /\s(?:plus|minus|times|multiplied by|divided by|over|less)\s|\s[-+*/×÷]\s/i;
const SPELLED: Readonly<Record<string, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'times',
  '×': 'times',
  '/': 'divided by',
  '÷': 'divided by',
};
/** Where the name of what is defined begins. */
const BEFORE_NAME =
  /^(the|a|an|is|are|and|,|what|show|list|give|find|me|calculate|compute|average|mean|total|highest|lowest|maximum|minimum|their|its|by|per)$/i;

/**
 * "the load factor (passengers divided by seats) of each flight": the request with the
 * computation in place of the name it explains; null where nothing is explained so.
 */
export function inlineDefinition(text: string): string | null {
  const match = /^(?<before>[^()]*)\((?<inside>[^()]+)\)(?<after>[^()]*)$/.exec(text);
  const { before = '', inside = '', after = '' } = match?.groups ?? {};
  if (!OPERATION.test(inside)) return null;
  const computation = inside
    .trim()
    .replace(/^=\s*/, '')
    .replace(/\s([-+*/×÷])\s/g, (_, sign: string) => ` ${SPELLED[sign] ?? sign} `);
  // "remaining budget of each project (budget minus spent)": the owner stands in between.
  const owned =
    /^(?<head>.*?)(?<owner>\s(?:of|for|in|per|by)\s(?:each|every|all|the)?\s?[^,]*)$/i.exec(
      before.trimEnd(),
    );
  const isOwned = owned !== null && after.replace(/[?.!\s]/g, '') === '';
  const head = (isOwned ? owned.groups?.head : before) ?? '';
  const owner = isOwned ? owned.groups?.owner : '';
  const words = head.trim().split(/\s+/);
  while (words.length > 0 && !BEFORE_NAME.test(words.at(-1) ?? '')) words.pop();
  // A "total" of what is computed for each row is only a word of its name.
  const last = words.at(-1)?.toLowerCase();
  if (last === 'total' && /\b(each|every)\b/i.test(`${owner}${after}`)) words.pop();
  return `${words.join(' ')} ${computation}${owner}${after}`.trim();
}
