import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutFraming } from './framing.ts';

const CASES: readonly (readonly [string, string])[] = [
  ["I'd like to know how many trees there are.", 'how many trees there are.'],
  ['We would like to see the tallest trees', 'list the tallest trees'],
  [
    'I was wondering whether you could help me find out how many trees there are',
    'how many trees there are',
  ],
  ['Would you be so kind as to show me the trees?', 'show me the trees?'],
  [
    "I'm looking for trees taller than 20; I would like to know their age, thanks!",
    'list trees taller than 20; list their age',
  ],
  [
    'For every park, I would like to see what its name is together with its area.',
    'For every park, list its name together with its area.',
  ],
  ['I am preparing a talk for the council, so please list the parks', 'please list the parks'],
  [
    'I want to see which parks have more than two gates, and I want them to be sorted by their area',
    'which parks have more than two gates, sorted by their area',
  ],
  [
    'Of all the parks that there are, I would like to know the name of the one that has the most trees',
    'list the name of the parks that has the most trees',
  ],
  ['Could you let me know what the highest price is?', 'list the highest price?'],
];

for (const [said, meant] of CASES) {
  test(`"${said}" asks: ${meant}`, () => assert.equal(withoutFraming(said), meant));
}

test('what only asks is left as it is', () => {
  for (const request of [
    'Which customers want a refund?',
    'List the parks, the trees that I planted and what they cost',
    'What is the name of the park?',
    'How many people need to know the code?',
    "Show notes that say 'I would like to know more'",
  ]) {
    assert.equal(withoutFraming(request), request);
  }
});
