import { createInterface } from 'node:readline';
import type { Answer, LanguageModel, Memory } from '#agent';
import { ask, openMemory, openModel } from '#agent';
import { toHeliosError } from '#core';
import type { CatalogSnapshot } from '#planner';
import { readCatalog } from '#storage';
import type { Console, Palette } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { OpenConversation } from '../conversation.ts';
import { keepTurn, openConversation, openForMemory } from '../conversation.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { databaseFile, stateDirectory } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { printError } from '../render/error.ts';
import { showRunProgress } from '../render/run-progress.ts';
import { applySemanticsOf } from '../semantics.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb chat`: questions that may refer to the ones before, one a line. */
export const run: Run = async (args, console) => {
  if (args.positionals.length > 0) {
    throw usageError('chat takes no question', 'heliosdb ask "<question>" answers one');
  }
  const directory = stateDirectory(console);
  await using opened = await openForMemory(console, databaseFile(args, console));
  const memory = await openMemory({ database: opened.database, directory });
  if (args.isSet('list')) return await listConversations(memory, console);
  const conversation = await openConversation(memory, {
    id: args.text('conversation') ?? null,
    isContinued: args.isSet('continue'),
  });
  const model = await openModel({
    environment: console.environment,
    name: args.text('model') ?? null,
    directory,
  });
  const read = await opened.database.withConnection((connection) => readCatalog(connection));
  const catalog = await applySemanticsOf(read, { args, path: opened.path });
  return await new Chat({ console, opened, memory, conversation, model, catalog }).loop();
};

async function listConversations(memory: Memory, console: Console): Promise<ExitCode> {
  const conversations = await memory.conversations();
  if (conversations.length === 0) await write(console.err, 'no conversations\n');
  for (const { id, startedAt, title, turnCount } of conversations) {
    const count = `${turnCount} ${turnCount === 1 ? 'turn' : 'turns'}`;
    await write(console.out, `${id}  ${startedAt}  ${count}  ${title.slice(0, 80)}\n`);
  }
  return EXIT.ok;
}

interface ChatParts {
  readonly console: Console;
  readonly opened: OpenedDatabase;
  readonly memory: Memory;
  readonly conversation: OpenConversation;
  readonly model: LanguageModel | null;
  readonly catalog: CatalogSnapshot;
}

const HELP = `Ask in plain English; a question may continue the one before:
  only gold ones · and per country? · top 5 of them · how many are there? · why? · show the SQL
A number chooses among readings that were offered.
  .new   start over     .quit   leave (or Ctrl-D)
`;

class Chat {
  readonly #parts: ChatParts;
  readonly #palette: Palette;
  #conversation: OpenConversation;
  #last: Answer | null = null;
  #running: AbortController | null = null;

  constructor(parts: ChatParts) {
    this.#parts = parts;
    this.#conversation = parts.conversation;
    this.#palette = paletteFor(parts.console.err, parts.console.environment);
  }

  async loop(): Promise<ExitCode> {
    const { console, opened, model } = this.#parts;
    const isInteractive = console.in.isTTY === true;
    const planner = model === null ? 'planning offline' : `planning with ${model.name}`;
    if (isInteractive) {
      await write(console.err, `${opened.path}, ${planner}\nType .help for what can be said.\n`);
    }
    const lines = createInterface({
      input: console.in,
      output: console.err,
      terminal: isInteractive,
      prompt: 'ask> ',
    });
    lines.on('SIGINT', () => {
      if (this.#running === null) lines.close();
      else this.#running.abort();
    });
    console.signal.addEventListener('abort', () => lines.close(), { once: true });
    if (isInteractive) lines.prompt();
    for await (const line of lines) {
      const text = line.trim();
      if (text === '.quit' || text === '.exit') break;
      if (text !== '') await this.#take(text);
      if (isInteractive) lines.prompt();
    }
    lines.close();
    if (this.#conversation.turns.length > 0) {
      const hint = `heliosdb chat --conversation ${this.#conversation.id} goes on`;
      await write(console.err, `${this.#palette.dim(hint)}\n`);
    }
    return console.signal.aborted ? EXIT.cancelled : EXIT.ok;
  }

  async #take(text: string): Promise<void> {
    const { console, memory } = this.#parts;
    if (text === '.help') {
      await write(console.err, HELP);
      return;
    }
    if (text === '.new') {
      this.#conversation = await openConversation(memory, { id: null, isContinued: false });
      this.#last = null;
      return;
    }
    this.#running = new AbortController();
    try {
      await this.#answer(text, this.#running.signal);
    } catch (error) {
      await write(console.err, printError(toHeliosError(error), this.#palette));
    } finally {
      this.#running = null;
    }
  }

  async #answer(text: string, signal: AbortSignal): Promise<void> {
    const { console, opened, memory, model, catalog } = this.#parts;
    const choice = this.#choiceOf(text);
    const progress = showRunProgress(console);
    try {
      const answer = await ask({
        question: choice?.question ?? text,
        database: opened.database,
        catalog,
        now: opened.now,
        model,
        signal,
        verified: await memory.verified(),
        conversation: this.#conversation.turns,
        onEvent: progress.listen,
        ...(choice === null ? {} : { reading: choice.reading }),
      });
      progress.end();
      await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
      this.#last = answer;
      const { id, turns } = this.#conversation;
      await keepTurn(memory, id, { answer, console });
      const { question, status, answer: said, sql, plan } = answer;
      this.#conversation = { id, turns: [...turns, { question, status, answer: said, sql, plan }] };
    } finally {
      progress.end();
    }
  }

  /** "2" after a question that was answered with several readings. */
  #choiceOf(text: string): { readonly question: string; readonly reading: string } | null {
    const last = this.#last;
    if (last === null || last.status !== 'clarify' || !/^\d{1,2}$/.test(text)) return null;
    const option = last.clarification?.options[Number(text) - 1];
    return option === undefined ? null : { question: last.question, reading: option.label };
  }
}
