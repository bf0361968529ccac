/** A chat-completions server that says what a test tells it to. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What the server does with one request. */
export type Step =
  /** Text, whole or in pieces, as content or as the argument of the tool that was asked for. */
  | { readonly kind: 'text'; readonly text: string; readonly finish?: string }
  | { readonly kind: 'refusal'; readonly text: string }
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly message: string;
      readonly retryAfter?: string;
    }
  /** Accepts the request and never answers. */
  | { readonly kind: 'silence' }
  /** Starts a reply and never ends it. */
  | { readonly kind: 'stall'; readonly text: string }
  /** Streams without end. */
  | { readonly kind: 'endless' }
  /** Breaks the connection in the middle of a reply. */
  | { readonly kind: 'break' };

export interface SeenRequest {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: {
    readonly model?: string;
    readonly stream?: boolean;
    readonly temperature?: number;
    readonly stream_options?: unknown;
    readonly response_format?: { readonly type: string };
    readonly tools?: readonly unknown[];
    readonly messages?: readonly { readonly role: string; readonly content: string }[];
  };
}

/** Chooses a step from the request; a list of steps is played in order, the last one again and again. */
export type Script = readonly Step[] | ((request: SeenRequest, index: number) => Step);

export class ScriptedServer implements AsyncDisposable {
  readonly requests: SeenRequest[] = [];
  readonly #server: Server;
  readonly #script: Script;

  private constructor(script: Script) {
    this.#script = script;
    this.#server = createServer((request, response) => {
      void this.#answer(request, response).catch(() => response.destroy());
    });
  }

  static async start(script: Script): Promise<ScriptedServer> {
    const server = new ScriptedServer(script);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Requests for replies, those for the list of models left out. */
  get chats(): readonly SeenRequest[] {
    return this.requests.filter(({ path }) => path.endsWith('/chat/completions'));
  }

  /** Everything that was said in a request. */
  static textOf({ body }: SeenRequest): string {
    return (body.messages ?? []).map(({ content }) => content).join('\n');
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const seen: SeenRequest = {
      path: request.url ?? '',
      authorization: request.headers.authorization,
      body: text === '' ? {} : (JSON.parse(text) as SeenRequest['body']),
    };
    const index = this.chats.length;
    this.requests.push(seen);
    if (seen.path.endsWith('/models')) {
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify({ object: 'list', data: [{ id: 'small-model', object: 'model' }] }),
      );
      return;
    }
    const step =
      typeof this.#script === 'function'
        ? this.#script(seen, index)
        : this.#script[Math.min(index, this.#script.length - 1)];
    if (step === undefined) throw new Error('the script is empty');
    await play(step, seen, response);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

async function play(step: Step, request: SeenRequest, response: ServerResponse): Promise<void> {
  const usesTool = (request.body.tools ?? []).length > 0;
  switch (step.kind) {
    case 'status':
      response.statusCode = step.status;
      if (step.retryAfter !== undefined) response.setHeader('retry-after', step.retryAfter);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ error: { message: step.message, type: 'error' } }));
      return;
    case 'silence':
      return;
    case 'text':
      open(response);
      for (let at = 0; at < step.text.length; at += 40) {
        send(response, delta(step.text.slice(at, at + 40), usesTool, at === 0));
      }
      send(response, {}, step.finish ?? (usesTool ? 'tool_calls' : 'stop'));
      response.end('data: [DONE]\n\n');
      return;
    case 'refusal':
      open(response);
      send(response, { role: 'assistant', refusal: step.text });
      send(response, {}, 'stop');
      response.end('data: [DONE]\n\n');
      return;
    case 'stall':
      open(response);
      send(response, delta(step.text, usesTool, true));
      return;
    case 'break':
      open(response);
      send(response, delta('{"outcome": "pl', usesTool, true));
      await new Promise((resolve) => setImmediate(resolve));
      response.destroy();
      return;
    case 'endless': {
      open(response);
      const timer = setInterval(() => {
        if (response.destroyed) clearInterval(timer);
        else send(response, delta('la '.repeat(200), usesTool, false));
      }, 1);
      response.on('close', () => clearInterval(timer));
      return;
    }
    default:
      step satisfies never;
  }
}

function delta(text: string, usesTool: boolean, isFirst: boolean): object {
  if (!usesTool) return { role: 'assistant', content: text };
  const call = isFirst
    ? {
        index: 0,
        id: 'call_1',
        type: 'function',
        function: { name: 'plan_draft', arguments: text },
      }
    : { index: 0, function: { arguments: text } };
  return { role: 'assistant', tool_calls: [call] };
}

function open(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}

function send(response: ServerResponse, content: object, finish: string | null = null): void {
  const chunk = {
    id: 'reply',
    object: 'chat.completion.chunk',
    created: 0,
    model: 'scripted',
    choices: [{ index: 0, delta: content, finish_reason: finish }],
  };
  response.write(`data: ${JSON.stringify(chunk)}\n\n`);
}

/** A draft of one statement, as a model writes it. */
export function draftOf(sql: string, more: object = {}): string {
  return JSON.stringify({
    outcome: 'plan',
    message: '',
    options: [],
    tasks: [
      {
        id: 'task1',
        title: 'Answer',
        kind: 'sql',
        sql,
        input: null,
        procedure: null,
        arguments: [],
      },
    ],
    assumptions: [],
    ...more,
  });
}
