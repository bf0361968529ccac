import { HeliosError } from '#core';
import type { ModelSettings } from './settings.ts';
import type { ChatOutcome, ChatRequest, OptionalFeature } from './transport.ts';

const DETAIL_MAX = 300;
const MODELS_LISTED_MAX = 12;

/** What a failed exchange means, from the client's error. */
export async function describeFailure(
  thrown: unknown,
  { request, settings }: { readonly request: ChatRequest; readonly settings: ModelSettings },
): Promise<ChatOutcome> {
  const { APIConnectionError, APIError } = await import('openai');
  const status = statusOf(thrown);
  const detail = messageOf(thrown);
  if (request.signal.aborted) return failed(timeout(settings, thrown), false);
  if (thrown instanceof Error && /^(TimeoutError|APIConnectionTimeoutError)$/.test(thrown.name)) {
    return failed(timeout(settings, thrown), true);
  }
  if (status === 400 || status === 404 || status === 422 || status === 501) {
    const feature = unsupportedFeature(detail, request);
    if (feature !== null) return { status: 'unsupported', feature };
  }
  const isTransient =
    status === null
      ? thrown instanceof APIConnectionError || isNetworkError(thrown)
      : status === 408 || status === 409 || status === 429 || status >= 500;
  const isQuota = status === 429 && /quota|billing|credit/i.test(detail);
  const error = new HeliosError('model_unavailable', {
    message: messageFor(status, settings),
    detail,
    hint: await hintFor(status, settings),
    fields: { model: settings.name },
    ...(thrown instanceof APIError || thrown instanceof Error ? { cause: thrown } : {}),
  });
  return failed(error, isTransient && !isQuota, retryAfterOf(thrown));
}

function failed(
  error: HeliosError,
  isTransient: boolean,
  retryAfterMs: number | null = null,
): ChatOutcome {
  return { status: 'failed', error, isTransient, retryAfterMs };
}

function timeout({ name, replyMsMax }: ModelSettings, cause: unknown): HeliosError {
  return new HeliosError('model_timeout', {
    detail: `no complete reply within ${replyMsMax} ms`,
    fields: { model: name, limitMs: replyMsMax },
    ...(cause instanceof Error ? { cause } : {}),
  });
}

function messageFor(status: number | null, { name, baseUrl }: ModelSettings): string {
  const server = baseUrl ?? "the provider's server";
  if (status === null) return `the model server ${server} cannot be reached`;
  if (status === 401 || status === 403) return `${server} refuses the key`;
  if (status === 404) return `${server} does not know the model ${name}`;
  if (status === 429) return `${server} is overloaded or the quota is used up`;
  return `${server} answered with HTTP status ${status}`;
}

async function hintFor(status: number | null, settings: ModelSettings): Promise<string> {
  if (status === 401 || status === 403) return 'OPENAI_API_KEY holds the key';
  if (status === null) return 'OPENAI_BASE_URL is the address; --model none plans offline';
  if (status !== 404) return '--model none plans offline';
  const models = await listModels(settings);
  return models.length === 0
    ? 'HELIOSDB_MODEL or --model names the model'
    : `it has ${models.join(', ')}`;
}

/** The models a server offers; none when it does not say. */
async function listModels({ baseUrl, apiKey, provider }: ModelSettings): Promise<string[]> {
  if (provider !== 'openai') return [];
  const { OpenAI } = await import('openai');
  const client = new OpenAI({
    apiKey: apiKey ?? 'none',
    baseURL: baseUrl,
    maxRetries: 0,
    timeout: 3_000,
  });
  try {
    const page = await client.models.list();
    return page.data.map(({ id }) => id).slice(0, MODELS_LISTED_MAX);
  } catch {
    return [];
  }
}

function statusOf(thrown: unknown): number | null {
  const status = (thrown as { readonly status?: unknown } | null)?.status;
  return typeof status === 'number' ? status : null;
}

function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  // LangChain appends the address of a page about the error.
  const own = text
    .replace(/\s*Troubleshooting URL:[\s\S]*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  return own.length <= DETAIL_MAX ? own : `${own.slice(0, DETAIL_MAX)}…`;
}

function isNetworkError(thrown: unknown): boolean {
  for (let error = thrown; error instanceof Error; error = error.cause) {
    const code = (error as { readonly code?: unknown }).code;
    if (typeof code === 'string' && /^(E[A-Z]+|UND_ERR_[A-Z_]+)$/.test(code)) return true;
    if (/connection error|terminated|fetch failed|socket|premature/i.test(error.message))
      return true;
  }
  return false;
}

function retryAfterOf(thrown: unknown): number | null {
  const headers = (thrown as { readonly headers?: unknown } | null)?.headers;
  const value = headers instanceof Headers ? headers.get('retry-after') : null;
  if (value === null) return null;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

/** What a server's complaint about a request says that it does not know. */
export function unsupportedFeature(
  message: string,
  { mode, without, temperature }: Pick<ChatRequest, 'mode' | 'without' | 'temperature'>,
): OptionalFeature | null {
  const text = message.toLowerCase();
  if (temperature !== null && !without.has('temperature') && text.includes('temperature')) {
    return 'temperature';
  }
  if (!without.has('usage') && text.includes('stream_options')) return 'usage';
  if (mode === 'schema' && /response_format|json_schema|structured|schema|grammar/.test(text)) {
    return 'schema';
  }
  if (mode === 'tool' && /tool|function/.test(text)) return 'tool';
  return null;
}
