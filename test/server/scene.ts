import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '#agent';
import { countedIds } from '#core';
import type { Service, ServiceOptions } from '#server';
import { startService } from '#server';

export interface Scene extends AsyncDisposable {
  readonly service: Service;
  readonly folder: string;
  readonly file: string;
  /** Calls the API: a JSON body is sent and a JSON reply read. */
  readonly call: (
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ) => Promise<Reply>;
  /** Asks and waits for the end: the run as it is then. */
  readonly ask: (question: string, more?: object) => Promise<Json>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests look at replies whose shape is what they test
export type Json = any;

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

const TABLES = `
  CREATE TABLE customers AS
    SELECT range + 1 AS id, 'Käthe ' || range AS name,
      ['gold', 'platinum', 'silver'][1 + range % 3] AS tier
    FROM range(120);
  CREATE TABLE orders AS SELECT range + 1 AS order_id, 1 + range % 120 AS customer_id,
    (range % 37 + 0.25)::DECIMAL(10,2) AS total FROM range(2000);`;

/** A service on a small database file of its own. */
export async function startScene(options: Partial<ServiceOptions> = {}): Promise<Scene> {
  const folder = await mkdtemp(join(tmpdir(), 'helios-server-'));
  const file = join(folder, 'sample.duckdb');
  const database = await openDatabase({ path: file, isReadOnly: false, engine: 'always' });
  await database.withConnection((connection) => connection.run(TABLES));
  const service = await startService({
    database,
    host: '127.0.0.1',
    port: 0,
    version: '0.0.0',
    stateDirectory: folder,
    ids: countedIds(),
    ...options,
  });
  const call: Scene['call'] = async (method, path, body, headers = {}) => {
    const url = `${service.url}${path.startsWith('/api') || path.startsWith('/healthz') ? '' : '/api/v1'}${path}`;
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') === true;
    return {
      status: response.status,
      headers: response.headers,
      body: isJson ? JSON.parse(text) : text,
    };
  };
  return {
    service,
    folder,
    file,
    call,
    ask: async (question, more = {}) => {
      const { body } = await call('POST', '/runs', { question, ...more });
      await call('GET', `/runs/${body.run.id}/events`);
      return (await call('GET', `/runs/${body.run.id}`)).body.run;
    },
    [Symbol.asyncDispose]: async () => {
      await service.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The events of a server-sent stream's text. */
export function parseEvents(text: string): { id: string; type: string; data: Json }[] {
  return text
    .split('\n\n')
    .map((block) => new Map(block.split('\n').map((line) => splitField(line))))
    .filter((fields) => fields.has('data'))
    .map((fields) => ({
      id: fields.get('id') ?? '',
      type: fields.get('event') ?? '',
      data: JSON.parse(fields.get('data') ?? 'null'),
    }));
}

function splitField(line: string): readonly [string, string] {
  const index = line.indexOf(': ');
  return [line.slice(0, index), line.slice(index + 2)];
}
