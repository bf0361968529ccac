import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenize } from '../language/tokenize.ts';
import { readArithmetic } from './arithmetic.ts';

const read = (request: string) => {
  const found = readArithmetic(request, tokenize(request));
  return found === null ? null : [found.operator, found.left, found.right];
};

test('a share has a part and its whole', () => {
  assert.deepEqual(read('What percentage of orders were cancelled?'), [
    'percentage',
    'How many orders were cancelled',
    'How many orders',
  ]);
  assert.deepEqual(read('the proportion of flights with stops out of all flights per airline'), [
    'proportion',
    'How many flights with stops per airline',
    'How many flights per airline',
  ]);
  assert.deepEqual(read('Of the wines cheaper than 40, what percentage have a rating above 85?'), [
    'percentage',
    'How many wines cheaper than 40 have a rating above 85',
    'How many wines cheaper than 40',
  ]);
  assert.deepEqual(read('What percentage of wines priced under 40 have a score over 85?'), [
    'percentage',
    'How many wines priced under 40 have a score over 85',
    'How many wines priced under 40',
  ]);
  // "Insured by city" would be by whom.
  assert.deepEqual(read('What percentage of patients are insured by city?'), [
    'percentage',
    'How many patients are insured for each city',
    'How many patients for each city',
  ]);
  assert.deepEqual(read('For each country, what share of customers are gold?'), [
    'percentage',
    'How many customers are gold For each country',
    'How many customers For each country',
  ]);
});

test('differences, ratios and surpluses have two sides', () => {
  assert.deepEqual(read('What is the difference between the highest and lowest price of books?'), [
    'difference',
    'What is the highest price of books',
    'What is the lowest price of books',
  ]);
  assert.deepEqual(read('What is the ratio of orders to customers?'), [
    'ratio',
    'How many orders',
    'How many customers',
  ]);
  assert.deepEqual(read('How many more men than women are there?'), [
    'difference',
    'How many men',
    'How many women',
  ]);
});

test('what only mentions such a word, or supposes something, is left alone', () => {
  assert.equal(read('List products and their discount percentage'), null);
  assert.equal(read('What is the tax percentage of each country?'), null);
  assert.equal(read('If prices doubled, what percentage of orders would be large?'), null);
  assert.equal(read('What is the percentage of orders?'), null);
  assert.equal(read('How many more than 5 orders'), null);
  assert.equal(read(''), null);
});
