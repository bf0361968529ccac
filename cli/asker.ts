import type { Answer, LanguageModel, Memory, RunListener } from '#agent';
import {
  ask,
  Confirmations,
  confirmWrite,
  FilePendings,
  openMemory,
  openModel,
  readCachedCatalog,
} from '#agent';
import { systemClock } from '#core';
import type { CatalogSnapshot } from '#planner';
import type { Console } from './console.ts';
import type { OpenConversation } from './conversation.ts';
import type { OpenedDatabase } from './open-database.ts';
import { openForStatements, printer, stateDirectory } from './open-database.ts';
import { applySemanticsOf } from './semantics.ts';
import { ServiceClient } from './service-client.ts';
import type { Arguments } from './usage/command.ts';

/** A question as it is put to whoever answers. */
export interface Question {
  readonly question: string;
  readonly conversation: OpenConversation;
  readonly isPlanOnly?: boolean;
  /** What "now" is, as an ISO instant; null is the database's own now. */
  readonly instant?: string | null;
  readonly rowsMax?: number;
  /** The reading that is meant, of those the last answer asked back with. */
  readonly reading?: { readonly label: string; readonly index: number };
}

export interface Listening {
  readonly signal: AbortSignal;
  readonly onEvent: RunListener;
}

/** Answers questions and makes the changes that are confirmed, wherever the database is owned. */
export interface Asker extends AsyncDisposable {
  /** Who plans, in a few words. */
  readonly planner: string;
  readonly memory: Memory;
  ask(question: Question, listening: Listening): Promise<Answer>;
  /** Makes the change that a token stands for. */
  confirm(token: string, listening: Listening): Promise<Answer>;
  /** Gives that change up. */
  decline(token: string): Promise<void>;
}

export interface AskerOptions {
  readonly opened: OpenedDatabase;
  /** The database file as it was named, to open it again for a change. */
  readonly file: string | null;
  readonly args: Arguments;
  readonly console: Console;
  /** Nothing but these questions changes the database, so that it is read once for all of them. */
  readonly isAlone?: boolean;
}

/** Options that only the asker's own process knows to follow. */
const OWN_OPTIONS = ['model', 'semantics'];
const ROWS_MAX = 10_000;

/** Asks the service that owns the database, so that everybody sees the run, or asks it here. */
export async function openAsker(options: AskerOptions): Promise<Asker> {
  const { opened, args, console } = options;
  const memory = await openMemory({
    database: opened.database,
    directory: stateDirectory(console),
  });
  const isOwn = OWN_OPTIONS.some((name) => args.isSet(name));
  if (opened.service !== null && !isOwn) {
    return new ServiceAsker(new ServiceClient(opened.service), memory);
  }
  const model = await openModel({
    environment: console.environment,
    name: args.text('model') ?? null,
    directory: stateDirectory(console),
  });
  return new OwnAsker(options, memory, model);
}

/** Redeems what this machine's user was shown, in any of their commands. */
export function ownConfirmations(console: Console): Confirmations {
  const store = new FilePendings(stateDirectory(console));
  return new Confirmations({ store, clock: systemClock, holder: 'owner' });
}

class ServiceAsker implements Asker {
  readonly planner = 'the service plans';
  readonly memory: Memory;
  readonly #client: ServiceClient;
  #lastRun: string | null = null;

  constructor(client: ServiceClient, memory: Memory) {
    this.#client = client;
    this.memory = memory;
  }

  async ask(asked: Question, listening: Listening): Promise<Answer> {
    const { question, conversation, instant = null, rowsMax = ROWS_MAX, reading } = asked;
    const body = {
      question,
      conversation: conversation.id,
      plan_only: asked.isPlanOnly ?? false,
      rows_max: Math.min(rowsMax, ROWS_MAX),
      ...(instant === null ? {} : { as_of: instant }),
      ...(reading === undefined || this.#lastRun === null
        ? {}
        : { run: this.#lastRun, choice: reading.index }),
    };
    const { run, answer } = await this.#client.ask(body, listening);
    this.#lastRun = run;
    return answer;
  }

  async confirm(token: string): Promise<Answer> {
    return await this.#client.confirm(token);
  }

  async decline(token: string): Promise<void> {
    await this.#client.call('POST', '/confirmations/decline', { token });
  }

  async [Symbol.asyncDispose](): Promise<void> {}
}

class OwnAsker implements Asker {
  readonly planner: string;
  readonly #options: AskerOptions;
  readonly #model: LanguageModel | null;
  #memory: Memory;
  #opened: OpenedDatabase;
  /** What was read of a database that nobody else can change meanwhile. */
  #catalog: CatalogSnapshot | null = null;

  constructor(options: AskerOptions, memory: Memory, model: LanguageModel | null) {
    this.#options = options;
    this.#opened = options.opened;
    this.#memory = memory;
    this.#model = model;
    this.planner = model === null ? 'planning offline' : `planning with ${model.name}`;
  }

  get memory(): Memory {
    return this.#memory;
  }

  async ask(asked: Question, { signal, onEvent }: Listening): Promise<Answer> {
    const { database, now } = this.#opened;
    const { question, conversation, instant = null, reading } = asked;
    return await ask({
      question,
      database,
      catalog: (aborted) => this.#readCatalog(aborted),
      now: instant ?? now,
      model: this.#model,
      verified: await this.#memory.verified(),
      conversation: conversation.turns,
      confirmations: ownConfirmations(this.#options.console),
      isPlanOnly: asked.isPlanOnly ?? false,
      signal,
      onEvent,
      ...(asked.rowsMax === undefined ? {} : { limits: { rowsMax: asked.rowsMax } }),
      ...(reading === undefined ? {} : { reading: reading.label }),
    });
  }

  async confirm(token: string, { signal, onEvent }: Listening): Promise<Answer> {
    if (this.#opened.database.isReadOnly) await this.#openForWriting();
    const { database } = this.#opened;
    const pending = await ownConfirmations(this.#options.console).redeem(token, database);
    this.#catalog = null;
    const catalog = (aborted: AbortSignal) => this.#readCatalog(aborted);
    return await confirmWrite({ pending, database, catalog, signal, onEvent });
  }

  async decline(token: string): Promise<void> {
    await ownConfirmations(this.#options.console).drop(token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#opened[Symbol.asyncDispose]();
  }

  /** A question opens the file for reading; only a change that was confirmed opens it for more. */
  async #openForWriting(): Promise<void> {
    const { console, file } = this.#options;
    await this.#opened[Symbol.asyncDispose]();
    this.#opened = await openForStatements(console, file);
    const { database } = this.#opened;
    this.#memory = await openMemory({ database, directory: stateDirectory(console) });
  }

  async #readCatalog(signal: AbortSignal): Promise<CatalogSnapshot> {
    if (this.#catalog !== null) return this.#catalog;
    const { args, console, isAlone = false } = this.#options;
    const { database, path, service } = this.#opened;
    const directory = stateDirectory(console);
    const read = await readCachedCatalog({
      database,
      directory,
      signal,
      ...(args.isSet('no-progress') ? {} : { onProgress: printer(console) }),
    });
    const catalog = await applySemanticsOf(read, { args, path });
    if (database.isReadOnly || (isAlone && service === null)) this.#catalog = catalog;
    return catalog;
  }
}
