import { HeliosError } from '#core';

/** How a language model is reached and what it may cost. */
export interface ModelSettings {
  readonly name: string;
  /** LangChain's name of the provider; `openai` is any server that speaks its protocol. */
  readonly provider: string;
  /** Null is the provider's own server. */
  readonly baseUrl: string | null;
  readonly apiKey: string | null;
  readonly replyMsMax: number;
  /** Silence on a stream after which the reply is given up. */
  readonly idleMsMax: number;
  readonly planningMsMax: number;
  readonly replyTokensMax: number;
  readonly planningTokensMax: number;
  readonly schemaCharactersMax: number;
  readonly candidateCount: number;
  readonly retriesMax: number;
}

export type ModelEnvironment = Readonly<Record<string, string | undefined>>;

const DEFAULT_MODEL = 'gpt-4.1-mini';
/** What stands for "no model". */
export const NO_MODEL = 'none';

/** Settings that are whole numbers: the variable, its default, its least and greatest value. */
const NUMBERS = {
  replyMsMax: ['HELIOSDB_MODEL_REPLY_MS', 60_000, 100, 3_600_000],
  idleMsMax: ['HELIOSDB_MODEL_IDLE_MS', 30_000, 100, 3_600_000],
  planningMsMax: ['HELIOSDB_MODEL_PLANNING_MS', 120_000, 100, 3_600_000],
  replyTokensMax: ['HELIOSDB_MODEL_REPLY_TOKENS', 2_000, 50, 1_000_000],
  planningTokensMax: ['HELIOSDB_MODEL_PLANNING_TOKENS', 60_000, 500, 10_000_000],
  schemaCharactersMax: ['HELIOSDB_MODEL_SCHEMA_CHARACTERS', 24_000, 1_000, 4_000_000],
  candidateCount: ['HELIOSDB_MODEL_CANDIDATES', 1, 1, 9],
  retriesMax: ['HELIOSDB_MODEL_RETRIES', 3, 0, 10],
} as const;

/** Every variable that is read, with its default, for the help and the documentation. */
export const MODEL_VARIABLES: readonly (readonly [name: string, fallback: string])[] = [
  ['HELIOSDB_MODEL', `${DEFAULT_MODEL} when there is a key, else ${NO_MODEL}`],
  ['OPENAI_BASE_URL', "the provider's own server"],
  ['OPENAI_API_KEY', 'none'],
  ...Object.values(NUMBERS).map(([name, fallback]) => [name, String(fallback)] as const),
];

/**
 * The settings for a model's name and an environment, or null for planning offline: the default
 * without a name and without a key. A name may carry its provider, `anthropic:claude-…`.
 */
export function readModelSettings(
  environment: ModelEnvironment,
  named: string | null = null,
): ModelSettings | null {
  const apiKey = present(environment.OPENAI_API_KEY);
  const name =
    present(named ?? undefined) ??
    present(environment.HELIOSDB_MODEL) ??
    (apiKey === null ? NO_MODEL : DEFAULT_MODEL);
  if (name === NO_MODEL) return null;
  // Only a lower-case word is a provider: Ollama's own names have colons too, `qwen2.5:7b`.
  const [, provider, model] = /^([a-z][a-z_-]*[a-z]):(.+)$/.exec(name) ?? [];
  const isProvider = provider !== undefined && PROVIDERS.has(provider);
  return {
    name: isProvider ? (model ?? name) : name,
    provider: isProvider ? provider : 'openai',
    baseUrl: readBaseUrl(environment.OPENAI_BASE_URL),
    apiKey,
    ...(Object.fromEntries(
      Object.entries(NUMBERS).map(([key, [variable, fallback, minimum, maximum]]) => [
        key,
        readNumber(environment, variable, { fallback, minimum, maximum }),
      ]),
    ) as { readonly [K in keyof typeof NUMBERS]: number }),
  };
}

const PROVIDERS = new Set(
  'openai anthropic azure_openai google-genai google-vertexai ollama mistralai groq cohere bedrock deepseek xai cerebras fireworks together'.split(
    ' ',
  ),
);

function present(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text.trim();
}

function readBaseUrl(text: string | undefined): string | null {
  const value = present(text);
  if (value === null) return null;
  const url = URL.canParse(value) ? new URL(value) : null;
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return value;
  throw new HeliosError('invalid_usage', {
    message: 'OPENAI_BASE_URL is not an http or https address',
    detail: value.slice(0, 200),
    hint: 'for example http://127.0.0.1:11434/v1',
  });
}

function readNumber(
  environment: ModelEnvironment,
  name: string,
  range: { readonly fallback: number; readonly minimum: number; readonly maximum: number },
): number {
  const text = present(environment[name]);
  if (text === null) return range.fallback;
  const value = /^\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= range.minimum && value <= range.maximum) return value;
  throw new HeliosError('invalid_usage', {
    message: `${name} needs a whole number from ${range.minimum} to ${range.maximum}`,
    detail: text.slice(0, 200),
  });
}
