import { HeliosError } from '#core';
import { describeFailure } from './server-failure.ts';
import type { ModelSettings } from './settings.ts';
import type { ChatOutcome, ChatRequest, ChatTransport } from './transport.ts';

/** The part of LangChain's chat model that is used; every provider's has it. */
interface ChatModel {
  stream(
    messages: readonly { readonly role: string; readonly content: string }[],
    options: Readonly<Record<string, unknown>>,
  ): Promise<AsyncIterable<Chunk>>;
  bindTools?(tools: readonly unknown[], options: Readonly<Record<string, unknown>>): ChatModel;
}

interface Chunk {
  readonly content: unknown;
  readonly tool_call_chunks?: readonly { readonly args?: string; readonly index?: number }[];
  readonly additional_kwargs?: Readonly<Record<string, unknown>>;
  readonly response_metadata?: Readonly<Record<string, unknown>>;
  readonly usage_metadata?: { readonly input_tokens?: number; readonly output_tokens?: number };
}

/**
 * Sends requests through LangChain, whose `openai` provider speaks to every OpenAI-compatible
 * server. LangChain and its client are loaded by the first request, not before.
 */
export class LangChainTransport implements ChatTransport {
  readonly #settings: ModelSettings;
  readonly #models = new Map<string, Promise<ChatModel>>();

  constructor(settings: ModelSettings) {
    this.#settings = settings;
  }

  async send(request: ChatRequest): Promise<ChatOutcome> {
    try {
      const model = await this.#model(request);
      return await collect(await this.#stream(model, request), request);
    } catch (thrown) {
      // Ours already: a provider's package that is not installed.
      if (HeliosError.isInstance(thrown)) {
        return { status: 'failed', error: thrown, isTransient: false, retryAfterMs: null };
      }
      return await describeFailure(thrown, { request, settings: this.#settings });
    }
  }

  #stream(model: ChatModel, request: ChatRequest): Promise<AsyncIterable<Chunk>> {
    const { messages, format, mode, signal } = request;
    const { name, description, schema } = format;
    if (mode === 'tool') {
      const tool = { type: 'function', function: { name, description, parameters: schema } };
      const choice = { type: 'function', function: { name } };
      const isOpenAi = this.#settings.provider === 'openai';
      const bound = model.bindTools?.([tool], { tool_choice: isOpenAi ? choice : name }) ?? model;
      return bound.stream(messages, { signal });
    }
    if (mode === 'text') return model.stream(messages, { signal });
    return model.stream(messages, {
      signal,
      response_format: {
        type: 'json_schema',
        json_schema: { name, description, schema, strict: true },
      },
    });
  }

  #model(request: ChatRequest): Promise<ChatModel> {
    const temperature = request.without.has('temperature') ? null : request.temperature;
    const hasUsage = !request.without.has('usage');
    const key = `${temperature} ${hasUsage}`;
    const known = this.#models.get(key);
    if (known !== undefined) return known;
    const made = this.#make(temperature, hasUsage);
    this.#models.set(key, made);
    return made;
  }

  async #make(temperature: number | null, hasUsage: boolean): Promise<ChatModel> {
    const { name, provider, baseUrl, apiKey, replyTokensMax, replyMsMax } = this.#settings;
    const { initChatModel } = await import('langchain/chat_models/universal');
    const isOpenAi = provider === 'openai';
    try {
      return (await initChatModel(name, {
        modelProvider: provider,
        maxTokens: replyTokensMax,
        // Retries are ours: they know the time and tokens that are left, and tests their clock.
        maxRetries: 0,
        timeout: replyMsMax,
        ...(temperature === null ? {} : { temperature }),
        ...(isOpenAi
          ? {
              // A server of one's own needs no key, but the client insists on some text.
              apiKey: apiKey ?? 'none',
              ...(baseUrl === null ? {} : { configuration: { baseURL: baseUrl } }),
              streamUsage: hasUsage,
              useResponsesApi: false,
              // LangChain drops the words of a refusal; they are in the server's own message.
              __includeRawResponse: true,
            }
          : {}),
      })) as unknown as ChatModel;
    } catch (cause) {
      throw new HeliosError('model_unavailable', {
        message: `the model provider ${provider} cannot be loaded`,
        detail: cause instanceof Error ? cause.message : String(cause),
        hint: 'npm install the named package, or use an OpenAI-compatible server',
        fields: { model: name },
        cause,
      });
    }
  }
}

async function collect(stream: AsyncIterable<Chunk>, request: ChatRequest): Promise<ChatOutcome> {
  let text = '';
  let toolText = '';
  let refusal = '';
  let finish: string | null = null;
  let promptTokens: number | null = null;
  let replyTokens: number | null = null;
  for await (const chunk of stream) {
    const piece = textOf(chunk.content);
    const argument = (chunk.tool_call_chunks ?? []).map(({ args }) => args ?? '').join('');
    text += piece;
    toolText += argument;
    refusal += refusalOf(chunk);
    const reason = chunk.response_metadata?.finish_reason;
    if (typeof reason === 'string') finish = reason;
    promptTokens = chunk.usage_metadata?.input_tokens ?? promptTokens;
    replyTokens = chunk.usage_metadata?.output_tokens ?? replyTokens;
    const shown = piece + argument;
    if (shown !== '' && !request.onText(shown)) {
      finish = 'length';
      break;
    }
  }
  return {
    status: 'reply',
    // A model that is given a tool may still answer in words.
    text: toolText === '' ? text : toolText,
    finish,
    refusal: refusal === '' ? null : refusal,
    promptTokens,
    replyTokens,
  };
}

function refusalOf({ additional_kwargs: extra }: Chunk): string {
  const raw = extra?.__raw_response as
    | { readonly choices?: readonly { readonly delta?: { readonly refusal?: unknown } }[] }
    | undefined;
  const refusal = raw?.choices?.[0]?.delta?.refusal;
  return typeof refusal === 'string' ? refusal : '';
}

/** Some providers send a list of parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part: unknown) =>
      typeof part === 'object' && part !== null && 'text' in part ? String(part.text) : '',
    )
    .join('');
}
