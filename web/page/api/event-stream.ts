import type { ServerEvent } from './event-parser.ts';
import { EventParser } from './event-parser.ts';
import { RequestError } from './problem.ts';
import { send } from './request.ts';

const RETRY_MS = [250, 500, 1000, 2000, 4000] as const;

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** Takes an event; true means that it is the last one wanted. */
  readonly onEvent: (event: ServerEvent) => boolean;
  /** Told when the connection is lost and when it is there again. */
  readonly onConnection?: (isConnected: boolean) => void;
}

/**
 * Follows an event stream until its last event, an abort or a refusal; a connection that breaks
 * is made again from the last event on. Throws only what the service itself refuses.
 */
export async function followEvents(path: string, options: StreamOptions): Promise<void> {
  const { signal, onConnection = () => {} } = options;
  let lastId = '';
  let failures = 0;
  while (!signal.aborted) {
    try {
      const headers = {
        accept: 'text/event-stream',
        ...(lastId === '' ? {} : { 'last-event-id': lastId }),
      };
      const response = await send(path, { headers, signal });
      onConnection(true);
      for await (const event of eventsOf(response)) {
        failures = 0;
        if (event.id !== '') lastId = event.id;
        if (options.onEvent(event)) return;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RequestError && !isWorthRetrying(error)) throw error;
    }
    if (signal.aborted) return;
    onConnection(false);
    await pause(RETRY_MS[Math.min(failures, RETRY_MS.length - 1)] ?? 0, signal);
    failures += 1;
  }
}

function isWorthRetrying({ problem: { status } }: RequestError): boolean {
  return status !== null && (status === 429 || status >= 500);
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  const parser = new EventParser();
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield* parser.push(value);
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function pause(durationMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
