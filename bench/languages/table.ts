/** The measured table, and its place in the documentation. */

import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import type { MeasuredLanguage } from './kernels.ts';

const PAGE = join(import.meta.dirname, '../../docs/languages.md');
const BEGIN = '<!-- Written by `npm run bench -- languages`. -->';
const END = '<!-- End of what is measured. -->';

/** What was measured of one language. */
export interface Figures {
  readonly language: MeasuredLanguage;
  readonly compiler: string;
  readonly moduleKb: number;
  readonly createMs: number;
  readonly firstMs: number;
  readonly coldMs: number;
  readonly callUs: number;
  readonly memoryMb: number;
  /** The kernel, a row. */
  readonly rowUs: number;
  /** The kernel outside of a database; null where that was not measured. */
  readonly nativeUs: number | null;
  readonly nativeLabel: string;
}

const TITLES: Readonly<Record<MeasuredLanguage, string>> = {
  rust: 'Rust',
  c: 'C',
  javascript: 'JavaScript',
  typescript: 'TypeScript',
  python: 'Python',
  ruby: 'Ruby',
  go: 'Go',
  java: 'Java',
  kotlin: 'Kotlin',
};

/** What the specification says a procedure takes more than native code. */
const SPECIFIED: Readonly<Partial<Record<MeasuredLanguage, string>>> = {
  rust: '5–10 %',
  javascript: '15–25 %',
  typescript: '15–25 %',
  python: '20–30 %',
  go: '10–15 %',
};

/** The figures as a Markdown table. */
export function tableOf(figures: readonly Figures[]): string {
  const head = [
    'language',
    'module kB',
    'create ms',
    'first ms',
    'cold ms',
    'call µs',
    'linear MB',
    'row µs',
    'native µs',
    'overhead',
    'specified',
  ];
  const rows = figures.map((each) => {
    const { nativeUs, rowUs } = each;
    const more = nativeUs === null ? '–' : overhead(rowUs / nativeUs);
    const native = nativeUs === null ? '–' : `${rounded(nativeUs)} (${each.nativeLabel})`;
    const numbers = [
      each.moduleKb,
      each.createMs,
      each.firstMs,
      each.coldMs,
      each.callUs,
      each.memoryMb,
      rowUs,
    ].map(rounded);
    const { language } = each;
    return [TITLES[language], ...numbers, native, more, SPECIFIED[language] ?? '–'];
  });
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function overhead(ratio: number): string {
  return ratio < 2.5 ? `${Math.round((ratio - 1) * 100)} %` : `× ${rounded(ratio)}`;
}

function rounded(value: number): string {
  return String(Number(value.toPrecision(value >= 100 ? 3 : 2)));
}

/** Puts the table into docs/languages.md, in the place of the one before. */
export function writeTable(figures: readonly Figures[], leftOut: readonly string[]): void {
  const page = readFileSync(PAGE, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from) throw new Error(`${PAGE} has no place for the table`);
  const compilers = [...new Set(figures.map(({ compiler }) => compiler))].join('; ');
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'processor'}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const missing = leftOut.length === 0 ? '' : ` Left out: ${leftOut.join('; ')}.`;
  const text = `${BEGIN}\n\n${tableOf(figures)}\n\n${machine}, ${memory}. ${compilers}.${missing}\n\n`;
  writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to));
}
