/** Clients that hold connections without sending, or without reading. */
import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import type { Scene } from './scene.ts';
import { startScene } from './scene.ts';

let scene: Scene;
before(async () => {
  scene = await startScene({ patience: { headersMs: 400, requestMs: 800 } });
});
after(async () => {
  await scene[Symbol.asyncDispose]();
});

const CLIENTS = 60;

function open(): Socket {
  const { hostname, port } = new URL(scene.service.url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  return socket;
}

/** What the service said before it closed the connection. */
async function farewell(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (piece) => {
    text += piece;
  });
  // A reset is an end as good as any other.
  await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

test('a request that never ends is cut off, and others are answered meanwhile', async () => {
  const { host } = new URL(scene.service.url);
  const halves = [
    `GET /api/v1/runs HTTP/1.1\r\nHost: ${host}\r\nX-Slow:`,
    `POST /api/v1/runs HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"question":`,
    'G',
  ];
  const ends = Array.from({ length: CLIENTS }, (_, index) => {
    const socket = open();
    socket.write(halves[index % halves.length] ?? '');
    // One byte now and then keeps a connection busy, and gains it nothing.
    const drip = setInterval(() => socket.write('x'), 50);
    socket.once('close', () => clearInterval(drip));
    return farewell(socket);
  });
  assert.equal((await scene.ask('How many orders are there?')).status, 'ok');
  for (const text of await Promise.all(ends)) assert.doesNotMatch(text, /^HTTP\/1\.1 2/);
  assert.equal((await scene.call('GET', '/healthz')).status, 200);
});

test('a reader that does not read its stream holds up nobody', async () => {
  const { host } = new URL(scene.service.url);
  const { body } = await scene.call('POST', '/runs', { question: 'List all orders' });
  const readers = Array.from({ length: CLIENTS }, () => {
    const socket = open();
    socket.pause();
    socket.write(`GET /api/v1/runs/${body.run.id}/events HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    return socket;
  });
  assert.equal((await scene.ask('How many orders are there?')).status, 'ok');
  const whole = await scene.call('GET', `/runs/${body.run.id}/events`);
  assert.match(whole.body, /event: answer/);
  for (const socket of readers) socket.destroy();
});
