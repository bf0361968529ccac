import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EventParser } from './event-parser.ts';

const STREAM =
  ': hello\r\n\r\nid: 1\r\nevent: task-start\r\ndata: {"a":\r\ndata:1}\r\n\r\nid:2\ndata\n\nretry: 5\n\n' +
  'data: last\r\rdata: unfinished';
const EVENTS = [
  { id: '1', type: 'task-start', data: '{"a":\n1}' },
  { id: '2', type: 'message', data: '' },
  { id: '2', type: 'message', data: 'last' },
];

test('a stream in one piece', () => {
  assert.deepEqual(new EventParser().push(STREAM), EVENTS);
});

test('the same stream cut at every place gives the same events', () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    const parser = new EventParser();
    const events = [...parser.push(STREAM.slice(0, cut)), ...parser.push(STREAM.slice(cut))];
    assert.deepEqual(events, EVENTS, `cut at ${cut}`);
  }
});

test('the same stream a character at a time gives the same events', () => {
  const parser = new EventParser();
  assert.deepEqual(
    [...STREAM].flatMap((character) => parser.push(character)),
    EVENTS,
  );
});
