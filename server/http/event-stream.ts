import { once } from 'node:events';
import type { FastifyReply } from 'fastify';

/** How often a silent stream says that it is alive: proxies cut silent connections. */
const HEARTBEAT_MS = 15_000;

export interface StreamEvent {
  readonly id: number;
  readonly type: string;
  /** JSON, which has no line breaks. */
  readonly data: string;
}

/** A reply of server-sent events. It waits for slow readers instead of piling up. */
export class EventStream {
  readonly #reply: FastifyReply;
  readonly #heartbeat: NodeJS.Timeout;
  readonly signal: AbortSignal;

  /** Takes the reply over and sends its head at once. */
  constructor(reply: FastifyReply, signal: AbortSignal) {
    this.#reply = reply;
    this.signal = signal;
    reply.hijack();
    const headers = reply.getHeaders();
    reply.raw.writeHead(200, {
      ...(headers as Record<string, string>),
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    reply.raw.write('retry: 2000\n\n');
    this.#heartbeat = setInterval(() => reply.raw.write(': alive\n\n'), HEARTBEAT_MS);
    this.#heartbeat.unref();
  }

  /** Sends an event and waits until there is room for more, or the client has gone. */
  async send({ id, type, data }: StreamEvent): Promise<void> {
    const { raw } = this.#reply;
    if (this.signal.aborted || raw.write(`id: ${id}\nevent: ${type}\ndata: ${data}\n\n`)) return;
    await once(raw, 'drain', { signal: this.signal }).catch(() => undefined);
  }

  end(): void {
    clearInterval(this.#heartbeat);
    this.#reply.raw.end();
  }
}

/** The place a client wants to go on from: the header of a reconnecting one, else 0. */
export function lastEventId(headers: Record<string, unknown>): number {
  const text = headers['last-event-id'];
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : 0;
}
