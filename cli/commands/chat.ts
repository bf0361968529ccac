import { createInterface } from 'node:readline';
import type { Answer, Memory } from '#agent';
import { turnOf } from '#agent';
import { toHeliosError } from '#core';
import type { Asker, Question } from '../asker.ts';
import { openAsker } from '../asker.ts';
import { CONFIRM_PROMPT, isYes } from '../confirm-change.ts';
import type { Console, Palette } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { OpenConversation } from '../conversation.ts';
import { keepTurn, openConversation, openForMemory } from '../conversation.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { printError } from '../render/error.ts';
import { showRunProgress } from '../render/run-progress.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

/** `heliosdb chat`: questions that may refer to the ones before, one a line. */
export const run: Run = async (args, console) => {
  if (args.positionals.length > 0) {
    throw usageError('chat takes no question', 'heliosdb ask "<question>" answers one');
  }
  const file = databaseFile(args, console);
  const opened = await openForMemory(console, file);
  await using asker = await openAsker({ opened, file, args, console, isAlone: true }).catch(
    async (error) => {
      await opened.database.close();
      throw error;
    },
  );
  if (args.isSet('list')) return await listConversations(asker.memory, console);
  const conversation = await openConversation(asker.memory, {
    id: args.text('conversation') ?? null,
    isContinued: args.isSet('continue'),
  });
  return await new Chat({ console, path: opened.path, asker, conversation }).loop();
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
  readonly path: string;
  readonly asker: Asker;
  readonly conversation: OpenConversation;
}

const HELP = `Ask in plain English; a question may continue the one before:
  only gold ones · and per country? · top 5 of them · how many are there? · why? · show the SQL
A number chooses among readings that were offered. A change is made by answering yes to it.
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
    const { console, path, asker } = this.#parts;
    const isInteractive = console.in.isTTY === true;
    if (isInteractive) {
      await write(console.err, `${path}, ${asker.planner}\nType .help for what can be said.\n`);
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
    const { console, asker } = this.#parts;
    if (text === '.help') {
      await write(console.err, HELP);
      return;
    }
    if (text === '.new') {
      this.#conversation = await openConversation(asker.memory, { id: null, isContinued: false });
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
    const { console, asker } = this.#parts;
    const waiting = this.#last?.confirmation?.token ?? null;
    if (waiting !== null) {
      this.#last = null;
      // Whatever else is said, it is no yes.
      if (!isYes(text)) {
        await asker.decline(waiting);
        await write(console.err, this.#palette.dim('Nothing was written.\n'));
        if (/^(n|no)$/i.test(text)) return;
      }
    }
    const choice = this.#choiceOf(text);
    const progress = showRunProgress(console);
    const listening = { signal, onEvent: progress.listen };
    try {
      const answer =
        waiting !== null && isYes(text)
          ? await asker.confirm(waiting, { signal, onEvent: () => undefined })
          : await asker.ask(
              {
                question: choice?.question ?? text,
                conversation: this.#conversation,
                ...(choice === null ? {} : { reading: choice.reading }),
              },
              listening,
            );
      progress.end();
      await printAnswer(answer, { console, shownRows: SHOWN_ROWS });
      if (answer.confirmation?.token != null) await write(console.err, `${CONFIRM_PROMPT}\n`);
      this.#last = answer;
      const { id, turns } = this.#conversation;
      await keepTurn(asker.memory, id, { answer, console });
      this.#conversation = { id, turns: [...turns, turnOf(answer)] };
    } finally {
      progress.end();
    }
  }

  /** "2" after a question that was answered with several readings. */
  #choiceOf(
    text: string,
  ): (Pick<Question, 'question'> & Required<Pick<Question, 'reading'>>) | null {
    const last = this.#last;
    if (last === null || last.status !== 'clarify' || !/^\d{1,2}$/.test(text)) return null;
    const index = Number(text) - 1;
    const option = last.clarification?.options[index];
    return option === undefined
      ? null
      : { question: last.question, reading: { label: option.label, index } };
  }
}
