import assert from 'node:assert/strict';
import { test } from 'node:test';
import { replaceWord } from './replace-word.ts';

test('the word is replaced where it stands, whatever its case', () => {
  assert.equal(
    replaceWord('Show Revenoo per month', 'revenoo', 'order_total'),
    'Show order total per month',
  );
});

test('characters that patterns or replacements would read mean themselves', () => {
  assert.equal(replaceWord('what is a.c?', 'a.c', '$&'), 'what is $&?');
});

test('a word that is not there leaves the question alone', () => {
  assert.equal(replaceWord('how many', 'x', 'y'), 'how many');
  assert.equal(replaceWord('how many', '', 'y'), 'how many');
});
