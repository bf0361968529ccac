import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LanguageModel } from './port.ts';
import type { ModelEnvironment } from './settings.ts';
import { readModelSettings } from './settings.ts';

export interface OpenModelOptions {
  readonly environment: ModelEnvironment;
  /** A model's name, or `none`; null leaves it to the environment. */
  readonly name: string | null;
  /** Where replies are kept to be used again; null keeps them in memory. */
  readonly directory: string | null;
}

/**
 * The language model that a person chose, or null for planning offline. What it takes to talk to a
 * model is loaded only when there is one, and nothing is sent before its first reply.
 */
export async function openModel(options: OpenModelOptions): Promise<LanguageModel | null> {
  const settings = readModelSettings(options.environment, options.name);
  if (settings === null) return null;
  const [{ StructuredModel }, { LangChainTransport }, { ReplyCache }] = await Promise.all([
    import('./structured-model.ts'),
    import('./langchain-transport.ts'),
    import('./reply-cache.ts'),
  ]);
  const { directory } = options;
  return new StructuredModel({
    settings,
    transport: new LangChainTransport(settings),
    cache: new ReplyCache(directory === null ? null : join(directory, 'replies')),
    random: { next: () => Math.random() },
    wait: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, { signal });
    },
  });
}
