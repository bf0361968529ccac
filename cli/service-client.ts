import type { IncomingMessage } from 'node:http';
import { json as readJson } from 'node:stream/consumers';
import type { Answer, RunListener } from '#agent';
import { answerSchema } from '#agent';
import type { ErrorName } from '#core';
import { ERRORS, HeliosError } from '#core';

/** Calls the API of the service behind a local socket. */
export class ServiceClient {
  readonly #socketPath: string;

  constructor(socketPath: string) {
    this.#socketPath = socketPath;
  }

  /** The reply's JSON; an error of the service is thrown as the error it is. */
  async call(method: string, path: string, body?: object): Promise<Json> {
    const response = await this.#send(method, path, body);
    const reply = (await readJson(response)) as Json;
    if ((response.statusCode ?? 500) < 400) return reply;
    throw toError(reply);
  }

  /** Asks a question as a run of the service and follows it; an abort cancels the run. */
  async ask(
    question: object,
    { signal, onEvent }: { readonly signal: AbortSignal; readonly onEvent: RunListener },
  ): Promise<{ readonly run: string; readonly answer: Answer }> {
    const { run } = (await this.call('POST', '/runs', question)) as { run: { id: string } };
    const cancel = (): void => {
      this.call('DELETE', `/runs/${run.id}`).catch(() => undefined);
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      const response = await this.#send('GET', `/runs/${run.id}/events`);
      for await (const data of eventData(response)) {
        const event = JSON.parse(data) as Parameters<RunListener>[0];
        onEvent(event);
        if (event.type === 'answer') return { run: run.id, answer: event.answer };
      }
    } finally {
      signal.removeEventListener('abort', cancel);
    }
    throw new HeliosError('connection_does_not_exist', {
      message: 'the service ended before it had answered',
      hint: `heliosdb runs show ${run.id} says what came of it`,
    });
  }

  /** Makes the change that a run has shown: its answer after that. */
  async confirm(token: string): Promise<Answer> {
    const { run } = (await this.call('POST', '/confirmations/confirm', { token })) as { run: Json };
    // A run is an answer with more around it; a canceled one is an answer that failed.
    const names = Object.keys(answerSchema.shape);
    const answer = Object.fromEntries(names.map((name) => [name, run[name] ?? null]));
    const status = run.status === 'canceled' ? 'failed' : run.status;
    return { ...answer, status, answer: run.answer ?? '' } as Answer;
  }

  #send(method: string, path: string, body?: object): Promise<IncomingMessage> {
    // An import would evaluate every export of the module, fetch and its certificates among them.
    const { request } = process.getBuiltinModule('node:http');
    return new Promise((resolve, reject) => {
      const sent = request({
        socketPath: this.#socketPath,
        method,
        path: `/api/v1${path}`,
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
      });
      sent.once('response', resolve);
      sent.once('error', (cause) =>
        reject(
          new HeliosError('connection_does_not_exist', {
            message: 'the service that owns the database does not answer',
            detail: cause.message,
            cause,
          }),
        ),
      );
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

type Json = Readonly<Record<string, unknown>>;

function toError(reply: Json): HeliosError {
  const { name, message, detail, hint } = reply.error as {
    name: string;
    message: string;
    detail: string | null;
    hint: string | null;
  };
  const known = (name in ERRORS ? name : 'internal_error') as ErrorName;
  return new HeliosError(known, { message, detail, hint });
}

/** The data of each server-sent event. */
async function* eventData(response: IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  let rest = '';
  for await (const piece of response) {
    rest += piece as string;
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const line = block.split('\n').find((text) => text.startsWith('data: '));
      if (line !== undefined) yield line.slice('data: '.length);
    }
  }
}
