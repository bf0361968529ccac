import { comparativeOf } from '../language/lexicon.ts';

const SUPERLATIVES: Readonly<Record<string, string>> = {
  more: 'the most',
  fewer: 'the fewest',
  less: 'the least',
  better: 'best',
  bigger: 'biggest',
};
const PATTERN =
  /^(?<ask>who|which\s+\w+|which|what)\s+(?<claim>[^,]*?)\s*(?:,|:|\bbetween\b)\s*(?<first>[^,]+?)\s+(?:or|and)\s+(?<second>[^,?]+?)\s*\??$/iu;

/** "Who earns more, Smith or Adams?": the request for the first of the two; null for anything else. */
export function readWhichOfTwo(text: string): string | null {
  const { ask, claim, first, second } = PATTERN.exec(text.trim())?.groups ?? {};
  if (ask === undefined || claim === undefined || first === undefined || second === undefined)
    return null;
  const words = claim.split(/\s+/);
  const at = words.findIndex(
    (word) => comparativeOf(word.toLowerCase()) !== null || /^better$/i.test(word),
  );
  const comparative = words[at]?.toLowerCase();
  if (comparative === undefined || words.includes('than')) return null;
  const next = words[at + 1]?.toLowerCase();
  const superlative =
    comparative === 'more' && /^(expensive|popular|recent|valuable|common|active)$/.test(next ?? '')
      ? 'most'
      : (SUPERLATIVES[comparative] ?? comparative.replace(/ier$/, 'iest').replace(/er$/, 'est'));
  const ranked = [...words.slice(0, at), superlative, ...words.slice(at + 1)].join(' ');
  const plain = (name: string) => name.replace(/^(the|a|an)\s+/i, '');
  const of = /^(which|what)$/i.test(ask) ? '' : 'among ';
  return `${ask} ${of}${plain(first)} or ${plain(second)} ${ranked}`;
}
