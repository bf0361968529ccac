import type { RunEvent } from '#agent';
import { printGroupedNumber } from '#core';
import type { Console, OutputStream, Palette } from '../console.ts';
import { paletteFor, widthOf } from '../console.ts';
import { escapeControls } from './cells.ts';
import { padEnd, padStart, textWidth, truncate } from './width.ts';

interface TaskLine {
  readonly id: string;
  readonly title: string;
  state: 'waiting' | 'running' | 'done' | 'failed';
  startedAt: number;
  rowCount: number;
  durationMs: number;
  fraction: number | null;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;

/** Shows a run's plan and its tasks' progress. Always call `end`, or the terminal keeps a timer. */
export interface RunProgress {
  readonly listen: (event: RunEvent) => void;
  readonly end: () => void;
}

/** Live on a terminal, plain lines in a file or pipe. */
export function showRunProgress(console: Console): RunProgress {
  const palette = paletteFor(console.err, console.environment);
  const width = widthOf(console.err);
  const isLive = width !== null && console.environment.TERM !== 'dumb';
  return isLive ? new LiveProgress(console.err, palette) : new PlainProgress(console.err, palette);
}

export function printCount(count: number): string {
  return printGroupedNumber(count, { fractionDigitsMax: 0 });
}

export function printRows(count: number): string {
  return `${printCount(count)} ${count === 1 ? 'row' : 'rows'}`;
}

export function printDuration(durationMs: number): string {
  if (durationMs < 10) return `${durationMs.toFixed(1)} ms`;
  if (durationMs < 1000) return `${Math.round(durationMs)} ms`;
  return `${(durationMs / 1000).toFixed(1)} s`;
}

class TaskBoard {
  lines: TaskLine[] = [];

  apply(event: RunEvent): TaskLine | null {
    if (event.type === 'plan-ready') {
      this.lines = event.plan.tasks.map((task) => ({
        id: task.id,
        title: escapeControls(task.title),
        state: 'waiting',
        startedAt: 0,
        rowCount: 0,
        durationMs: 0,
        fraction: null,
      }));
      return null;
    }
    if (event.type === 'answer' || !('task' in event)) return null;
    const line = this.lines.find(({ id }) => id === event.task);
    if (line === undefined) return null;
    switch (event.type) {
      case 'task-start':
        line.state = 'running';
        line.startedAt = performance.now();
        break;
      case 'task-progress':
        line.fraction = event.fraction;
        break;
      case 'task-end':
        line.state = 'done';
        line.rowCount = event.rowCount;
        line.durationMs = event.durationMs;
        break;
      case 'task-error':
        line.state = 'failed';
        line.durationMs = performance.now() - line.startedAt;
        break;
      default:
        event satisfies never;
    }
    return line;
  }
}

class PlainProgress implements RunProgress {
  readonly #stream: OutputStream;
  readonly #palette: Palette;
  readonly #board = new TaskBoard();

  constructor(stream: OutputStream, palette: Palette) {
    this.#stream = stream;
    this.#palette = palette;
  }

  readonly listen = (event: RunEvent): void => {
    const line = this.#board.apply(event);
    if (event.type === 'model-start') {
      const again = event.attempt === 1 ? '' : `, attempt ${event.attempt}`;
      this.#stream.write(`Asking ${escapeControls(event.model)}${again}\n`);
    } else if (event.type === 'plan-ready') {
      this.#stream.write(
        `Plan, ${event.plan.tasks.length === 1 ? 'one task' : `${event.plan.tasks.length} tasks`}:\n`,
      );
      for (const task of event.plan.tasks) {
        const after = task.dependsOn.length === 0 ? '' : ` (after ${task.dependsOn.join(', ')})`;
        this.#stream.write(`  [${task.id}] ${escapeControls(task.title)}${after}\n`);
      }
    } else if (line !== null && event.type === 'task-end') {
      const mark = this.#palette.green('✓');
      this.#stream.write(
        `${mark} ${line.id}  ${printRows(line.rowCount)}  ${printDuration(line.durationMs)}\n`,
      );
    } else if (line !== null && event.type === 'task-error') {
      this.#stream.write(`${this.#palette.red('✗')} ${line.id}  ${event.error.message}\n`);
    }
  };

  end(): void {}
}

class LiveProgress implements RunProgress {
  readonly #stream: OutputStream;
  readonly #palette: Palette;
  readonly #board = new TaskBoard();
  #drawn = 0;
  #frame = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(stream: OutputStream, palette: Palette) {
    this.#stream = stream;
    this.#palette = palette;
  }

  readonly listen = (event: RunEvent): void => {
    this.#board.apply(event);
    if (event.type === 'plan-ready') {
      // A second reading of the question replaces the first one's lines.
      this.#timer ??= setInterval(() => {
        this.#frame += 1;
        this.#draw();
      }, FRAME_MS);
      this.#timer.unref();
    }
    if (event.type === 'model-start') {
      this.#stream.write(
        `\r\u001b[2K${this.#palette.dim(`asking ${escapeControls(event.model)} …`)}`,
      );
      return;
    }
    if (event.type === 'model-delta') return;
    if (event.type === 'model-end' || event.type === 'model-error') {
      this.#stream.write('\r\u001b[2K');
      return;
    }
    if (event.type === 'answer') this.end();
    else this.#draw();
  };

  end(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#draw();
  }

  #draw(): void {
    const { lines } = this.#board;
    // One column less than the terminal has: a full line would wrap and spoil the count of lines.
    const width = (widthOf(this.#stream) ?? 80) - 1;
    const titleWidth = Math.max(...lines.map((line) => textWidth(line.title)), 0);
    const idWidth = Math.max(...lines.map((line) => line.id.length), 0);
    const text = lines
      .map((line) => `\u001b[2K${this.#line(line, { width, titleWidth, idWidth })}\n`)
      .join('');
    // Lines of an earlier, longer drawing are cleared below.
    const up = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A\r`;
    this.#stream.write(`${up}${text}\u001b[0J`);
    this.#drawn = lines.length;
  }

  #line(
    line: TaskLine,
    { width, titleWidth, idWidth }: { width: number; titleWidth: number; idWidth: number },
  ): string {
    const figures = this.#figures(line);
    const head = `${' '.repeat(4)}${' '.repeat(idWidth)}  `;
    const room = Math.max(8, width - head.length - 2 - Math.max(textWidth(figures), 22));
    const title = padEnd(truncate(line.title, room), Math.min(titleWidth, room));
    const id = this.#palette.dim(line.id.padEnd(idWidth));
    return `  ${this.#mark(line)} ${id}  ${title}  ${this.#palette.dim(figures)}`;
  }

  #mark(line: TaskLine): string {
    switch (line.state) {
      case 'waiting':
        return this.#palette.dim('○');
      case 'running':
        return this.#palette.cyan(FRAMES[this.#frame % FRAMES.length] ?? '…');
      case 'done':
        return this.#palette.green('✓');
      case 'failed':
        return this.#palette.red('✗');
    }
  }

  #figures(line: TaskLine): string {
    if (line.state === 'waiting') return '';
    if (line.state === 'done') {
      return `${padStart(printRows(line.rowCount), 12)}  ${padStart(printDuration(line.durationMs), 7)}`;
    }
    const elapsed = line.state === 'failed' ? line.durationMs : performance.now() - line.startedAt;
    const share = line.fraction === null ? '' : `${Math.round(line.fraction * 100)} %`;
    return `${padStart(share, 12)}  ${padStart(printDuration(elapsed), 7)}`;
  }
}
