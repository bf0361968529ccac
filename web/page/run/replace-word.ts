/** A question with one of its words replaced; a word that is not there leaves it as it is. */
export function replaceWord(question: string, word: string, by: string): string {
  const start = question.toLowerCase().indexOf(word.toLowerCase());
  if (start === -1 || word === '') return question;
  return question.slice(0, start) + by.replaceAll('_', ' ') + question.slice(start + word.length);
}
