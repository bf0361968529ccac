import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf, RequestError, toProblem } from './problem.ts';

test("the service's own error keeps its words", () => {
  const error = {
    sqlstate: '42501',
    name: 'insufficient_privilege',
    message: 'not allowed',
    detail: 'role reader',
    hint: 'ask an admin',
  };
  assert.deepEqual(toProblem(403, { error }), { status: 403, ...error });
});

for (const body of [null, 'nginx', {}, { error: null }, { error: { message: 7 } }, []]) {
  test(`a body of ${JSON.stringify(body)} is named by its status`, () => {
    const problem = toProblem(502, body);
    assert.equal(problem.message, 'the service answered with status 502');
    assert.equal(problem.hint, null);
  });
}

test('a service that does not answer is said with what to do', () => {
  assert.match(problemOf(new TypeError('Failed to fetch')).hint ?? '', /npm start/);
});

test('a request error gives its problem', () => {
  const problem = toProblem(404, {});
  assert.equal(problemOf(new RequestError(problem)), problem);
});
