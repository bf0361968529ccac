import { parseSqlType, toJson, toText } from '#core';
import type { StatementResult } from '#runtime';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import { printCsvRecord } from './render/delimited.ts';
import { isQueryPlan, printQueryPlan } from './render/query-plan.ts';
import { printResultTable } from './render/result-table.ts';
import { printCount } from './render/run-progress.ts';
import { write } from './write.ts';

export interface PrinterOptions {
  readonly format: 'table' | 'json' | 'csv';
  /** Rows printed of each result. */
  readonly limit: number;
}

/** Written at a time: a write for each row would cost more than the row. */
const BLOCK_CHARACTERS = 1 << 16;

/** Prints the results of statements: rows on standard output, everything else on stderr. */
export class StatementPrinter {
  readonly #console: Console;
  readonly #options: PrinterOptions;
  #printedCount = 0;

  constructor(console: Console, options: PrinterOptions) {
    this.#console = console;
    this.#options = options;
  }

  async print(outcome: StatementResult): Promise<void> {
    const { out, err, environment } = this.#console;
    const palette = paletteFor(err, environment);
    for (const notice of outcome.notices) {
      await write(err, `${palette.yellow('notice')}: ${notice}\n`);
    }
    const rows = outcome.rows.slice(0, this.#options.limit);
    if (this.#options.format === 'json') {
      await write(out, `${JSON.stringify(toJsonResult(outcome, rows))}\n`);
    } else if (outcome.columns.length > 0) {
      // An empty line parts one result from the next.
      if (this.#printedCount > 0) await write(out, '\n');
      this.#printedCount += 1;
      if (this.#options.format === 'csv') await this.#printCsv(outcome, rows);
      else if (isQueryPlan(outcome.columns)) await write(out, printQueryPlan(rows));
      else await write(out, printResultTable({ columns: outcome.columns, rows }, this.#console));
    }
    const rest = outcome.columns.length === 0 ? 0 : outcome.rowCount - rows.length;
    if (rest > 0) await write(err, palette.dim(`… ${printCount(rest)} more rows\n`));
    else if (outcome.columns.length > 0 && rows.length === 0)
      await write(err, palette.dim('no rows\n'));
  }

  async #printCsv(outcome: StatementResult, rows: StatementResult['rows']): Promise<void> {
    const types = outcome.columns.map(({ type }) => parseSqlType(type));
    const { out, isReaderGone } = this.#console;
    let block = printCsvRecord(outcome.columns.map(({ name }) => name));
    for (const row of rows) {
      const texts = row.map((value, index) =>
        value === null ? null : toText(value, types[index]),
      );
      block += printCsvRecord(texts);
      if (block.length < BLOCK_CHARACTERS) continue;
      await write(out, block);
      block = '';
      // Every further write would fail, one after another.
      if (isReaderGone()) return;
    }
    await write(out, block);
  }
}

function toJsonResult(
  { columns, rowCount }: StatementResult,
  rows: StatementResult['rows'],
): object {
  const types = columns.map(({ type }) => parseSqlType(type));
  return {
    columns,
    rows: rows.map((row) => row.map((value, index) => toJson(value, types[index]))),
    rowCount,
  };
}
