import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markWords, replaceWord } from './mark-words.ts';

test('words are marked wherever they stand, and the pieces are the text', () => {
  const pieces = markWords('Horoscope of a.c, horoscope!', ['horoscope', 'a.c']);
  assert.deepEqual(
    pieces.filter(({ isMarked }) => isMarked).map(({ text }) => text),
    ['Horoscope', 'a.c', 'horoscope'],
  );
  assert.equal(pieces.map(({ text }) => text).join(''), 'Horoscope of a.c, horoscope!');
});

test('no words mark nothing', () => {
  assert.deepEqual(markWords('abc', ['']), [{ text: 'abc', isMarked: false }]);
});

test('the first place of a word is replaced, a name as people say it', () => {
  assert.equal(
    replaceWord('Show Revenoo, revenoo per month', 'revenoo', 'orders.order_total'),
    'Show orders order total, revenoo per month',
  );
  assert.equal(replaceWord('what is a.c?', 'a.c', '$&'), 'what is $&?');
  assert.equal(replaceWord('how many', 'x', 'y'), 'how many');
});
