import { RequestError, toProblem } from './problem.ts';
import { readToken } from './token.ts';

const PREFIX = '/api/v1';

export interface RequestOptions {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends a request to the service; a response that is not a success throws a `RequestError`. */
export async function send(path: string, options: RequestOptions = {}): Promise<Response> {
  const { method = 'GET', body, signal } = options;
  const headers: Record<string, string> = { accept: 'application/json', ...options.headers };
  const token = readToken();
  if (token !== null) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  const response = await fetch(`${PREFIX}${path}`, {
    method,
    headers,
    cache: 'no-store',
    credentials: 'same-origin',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (response.ok) return response;
  const parsed: unknown = await response.json().catch(() => null);
  throw new RequestError(toProblem(response.status, parsed));
}

/** Sends a request and reads its JSON. */
export async function request<Result>(path: string, options: RequestOptions = {}): Promise<Result> {
  const response = await send(path, options);
  if (response.status === 204) return undefined as Result;
  return (await response.json()) as Result;
}

/** Downloads what a path gives as a file; a plain link could not carry the token. */
export async function download(path: string, fileName: string): Promise<void> {
  const response = await send(path, { headers: { accept: '*/*' } });
  saveFile(await response.blob(), fileName);
}

/** Gives the reader a file. */
export function saveFile(content: Blob | string, fileName: string): void {
  const blob = typeof content === 'string' ? new Blob([content]) : content;
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
