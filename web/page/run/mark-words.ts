/** A piece of a text; a marked one is one of the words looked for. */
export interface Piece {
  readonly text: string;
  readonly isMarked: boolean;
}

/** Cuts a text where words stand in it, whatever their case; together the pieces are the text. */
export function markWords(text: string, words: readonly string[]): Piece[] {
  const patterns = words.filter((word) => word !== '').map(escapePattern);
  if (patterns.length === 0) return [{ text, isMarked: false }];
  return text
    .split(new RegExp(`(${patterns.join('|')})`, 'iu'))
    .map((piece, index) => ({ text: piece, isMarked: index % 2 === 1 }))
    .filter((piece) => piece.text !== '');
}

/** A question with one of its words replaced; a word that is not there leaves it as it is. */
export function replaceWord(question: string, word: string, by: string): string {
  const pieces = markWords(question, [word]);
  const first = pieces.findIndex(({ isMarked }) => isMarked);
  return pieces
    .map((piece, index) => (index === first ? by.replaceAll(/[._]/g, ' ') : piece.text))
    .join('');
}

function escapePattern(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
}
