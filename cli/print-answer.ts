import type { Answer, Confirmation } from '#agent';
import type { Console } from './console.ts';
import { paletteFor, widthOf } from './console.ts';
import { escapeControls, isRightAligned, jsonCells } from './render/cells.ts';
import { printChange, printWarnings } from './render/change.ts';
import { printChart } from './render/chart.ts';
import { printError } from './render/error.ts';
import { printCount } from './render/run-progress.ts';
import { printTable } from './render/table.ts';
import { write } from './write.ts';

/** Rows of an answer that are printed unless somebody asks for more. */
export const SHOWN_ROWS = 50;

export interface PrintAnswerOptions {
  readonly console: Console;
  readonly shownRows: number;
  readonly isCharted?: boolean;
}

/** Prints an answer for people: the sentence and the table as data, everything else as talk. */
export async function printAnswer(answer: Answer, options: PrintAnswerOptions): Promise<void> {
  const { console } = options;
  const change = answer.confirmation;
  if (answer.status === 'confirm' && change !== null) await printProposal(answer, change, console);
  else if (answer.status === 'ok') await printResult(answer, options);
  else await write(console.err, printOutcome(answer, console));
}

/** Prints a change that waits for a person: what it is as data, what to mind as talk. */
async function printProposal(
  answer: Answer,
  change: Confirmation,
  console: Console,
): Promise<void> {
  const palette = paletteFor(console.out, console.environment);
  await write(console.err, printAssumptions(answer, console));
  await write(console.out, `${palette.bold(escapeControls(answer.answer))}\n`);
  await write(console.out, printChange(change, console));
  await write(console.err, printWarnings(change, console));
}

function printAssumptions({ assumptions }: Answer, console: Console): string {
  const lines = assumptions.map((text) => `  assuming ${escapeControls(text)}\n`);
  return paletteFor(console.err, console.environment).dim(lines.join(''));
}

async function printResult(answer: Answer, options: PrintAnswerOptions): Promise<void> {
  const { console, shownRows } = options;
  const palette = paletteFor(console.out, console.environment);
  const talk = paletteFor(console.err, console.environment);
  // A change's were said before it was confirmed.
  if (answer.confirmation === null) await write(console.err, printAssumptions(answer, console));
  // On a terminal the talk and the answer share the screen: keep them apart.
  if (console.out.isTTY === true && console.err.isTTY === true) await write(console.err, '\n');
  await write(console.out, `${palette.bold(escapeControls(answer.answer))}\n`);

  const rows = answer.rows.slice(0, shownRows);
  if (rows.length > 0 && !isSaidInFull(answer)) {
    const printers = answer.columns.map(({ type }) => jsonCells(type));
    const table = printTable({
      columns: answer.columns.map(({ name, type }) => ({
        name,
        isRightAligned: isRightAligned(type),
      })),
      rows: rows.map((row) => printers.map((print, index) => print(row[index] ?? null))),
      palette,
      width: widthOf(console.out),
    });
    await write(console.out, `\n${table}`);
  }
  if (options.isCharted === true && answer.chart !== null) {
    const chart = printChart(answer.chart, { palette, width: widthOf(console.out) ?? 80 });
    if (chart !== null) await write(console.out, `\n${chart}`);
  }
  // The rows of a change are not its result.
  const rest = answer.columns.length === 0 ? 0 : (answer.rowCount ?? 0) - rows.length;
  if (rest > 0) {
    const count = `${answer.isTruncated ? 'more than ' : ''}${printCount(rest)}`;
    const notice = `… ${count} more ${rest === 1 ? 'row' : 'rows'} (--limit N shows more)`;
    await write(console.err, `${talk.dim(notice)}\n`);
  }
}

// One value that the sentence has already said needs no table of one cell.
function isSaidInFull(answer: Answer): boolean {
  return answer.rowCount === 1 && answer.columns.length === 1;
}

function printOutcome(answer: Answer, console: Console): string {
  const palette = paletteFor(console.err, console.environment);
  if (answer.error !== null) return printError(answer.error, palette);
  const lines = [palette.yellow(escapeControls(answer.answer))];
  for (const [index, option] of (answer.clarification?.options ?? []).entries()) {
    lines.push(`  ${index + 1}. ${escapeControls(option.label)}`);
  }
  const { unknownWords = [], suggestions = [] } = answer.refusal ?? {};
  const labelled: readonly (readonly [string, readonly string[]])[] = [
    ['not found', unknownWords],
    ['there is', suggestions],
  ];
  for (const [label, words] of labelled) {
    if (words.length === 0) continue;
    lines.push(`  ${palette.dim(label.padEnd(9))}  ${escapeControls(words.join(', '))}`);
  }
  return `${lines.join('\n')}\n`;
}
