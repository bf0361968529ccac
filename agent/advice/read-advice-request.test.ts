import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readAdviceRequest } from './read-advice-request.ts';

const PROCEDURES = ['calculate_discount', 'validate_order', 'detectFraud', 'order'];

test('questions about how a procedure performs are recognised in many wordings', () => {
  const wordings: readonly (readonly [string, string | null])[] = [
    ['why is validate_order slow?', 'validate_order'],
    ['How can I speed up calculate_discount?', 'calculate_discount'],
    ['Why does validate order take so long?', 'validate_order'],
    ['what makes detectFraud so expensive', 'detectFraud'],
    ['How could detect fraud be faster?', 'detectFraud'],
    ['Optimise calculate_discount, please', 'calculate_discount'],
    ['Is there a bottleneck in validate_order?', 'validate_order'],
    ['any advice for calculate_discount?', 'calculate_discount'],
    ['Which procedures are slow?', null],
    ['How can I make my stored procedures faster?', null],
  ];
  for (const [question, procedure] of wordings) {
    assert.deepEqual(readAdviceRequest(question, PROCEDURES), { procedure }, question);
  }
});

test('questions for results are left alone', () => {
  const questions = [
    'Calculate discounts for all platinum customers and show their savings',
    'How many orders are slow?',
    'How many orders pass validate_order?',
    'Which customers get the best calculate_discount?',
    'What is the calculate_discount of customer 5?',
    'Which products are expensive?',
    'What is the cost of shipping by country?',
    'Show the average delivery speed per month',
    'calculate_discount for the slowest orders',
    'why are sales down?',
    '',
  ];
  for (const question of questions) {
    assert.equal(readAdviceRequest(question, PROCEDURES), null, question);
  }
});

test('without procedures there is nothing to advise on', () => {
  assert.equal(readAdviceRequest('Which procedures are slow?', []), null);
});
