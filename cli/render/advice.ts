import type { Advice, FindingState, Measurement, Recommendation, Verdict } from '#advisor';
import { printFactor, printInterval, printWork } from '#advisor';
import type { Console, Palette } from '../console.ts';
import { paletteFor, widthOf } from '../console.ts';
import { escapeControls } from './cells.ts';
import { printResultTable } from './result-table.ts';

const WIDTH = 100;
const LABEL_WIDTH = 10;

/** What an advisor has to say: a table of all findings, or each at length. */
export function printAdvice(
  { summary, recommendations, settled }: Advice,
  console: Console,
  { isLong, isEverything }: { readonly isLong: boolean; readonly isEverything: boolean },
): string {
  const shown = isEverything ? [...recommendations, ...settled] : recommendations;
  if (shown.length === 0) return `${summary}\n`;
  if (!isLong) return `${summary}\n\n${printOverview(shown, console)}`;
  const parts = shown.map((recommendation) => printRecommendation(recommendation, console));
  return `${summary}\n\n${parts.join('\n')}`;
}

function printOverview(recommendations: readonly Recommendation[], console: Console): string {
  const columns = ['id', 'state', 'procedure', 'saves', 'what'].map((name) => ({
    name,
    type: 'VARCHAR',
  }));
  const rows = recommendations.map(({ finding, state }) => [
    finding.id,
    nameOf(state),
    finding.procedure,
    savings(finding.expectedMsPerHour),
    finding.what,
  ]);
  return printResultTable({ columns, rows }, console);
}

/** One finding with its reasons and, where it was replayed, its numbers. */
export function printRecommendation(
  { finding, state, reason, verdict }: Recommendation,
  console: Console,
): string {
  const palette = paletteFor(console.out, console.environment);
  const width = Math.min(WIDTH, widthOf(console.out) ?? WIDTH);
  const line = (label: string, text: string): string => printLine(label, text, { palette, width });
  const saves = savings(finding.expectedMsPerHour);
  const outcome = `${nameOf(state)}${reason === null ? '' : `: ${reason}`}`;
  return [
    `${mark(state, palette)} ${palette.bold(escapeControls(finding.what))}  ${palette.dim(finding.id)}\n`,
    line('why', finding.why),
    line('seen', printEvidence(finding.evidence)),
    line('do', finding.whatToDo),
    ...(saves === '' || isDecided(state) ? [] : [line('may save', saves)]),
    ...(state === 'proposed'
      ? []
      : [line('verdict', paint(state, palette)(escapeControls(outcome)))]),
    ...(verdict === null ? [] : [printVerdict(verdict, { palette, width })]),
  ].join('');
}

/** `rows per query 1, scanned rows 300,000`. */
function printEvidence(evidence: Recommendation['finding']['evidence']): string {
  const words = (name: string): string =>
    name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return Object.entries(evidence)
    .map(([name, value]) => {
      const text = typeof value === 'number' ? value.toLocaleString('en-US') : String(value);
      return `${words(name)} ${text}`;
    })
    .join(', ');
}

interface Page {
  readonly palette: Palette;
  readonly width: number;
}

function printVerdict(verdict: Verdict, page: Page): string {
  const { control, sizeBytes, measurements, callers, warnings, apply, work, writes } = verdict;
  const parts = measurements.map((measurement) =>
    printLine('measured', printMeasurement(measurement), page),
  );
  if (work.length > 0) {
    parts.push(printLine('counted', work.map(printWork).join('; '), page));
  }
  for (const { table, baselineRows, areEqual } of writes) {
    const text = areEqual
      ? `${table}: ${baselineRows.toLocaleString('en-US')} rows equal afterwards`
      : `${table}: other rows afterwards`;
    parts.push(printLine('written', text, page));
  }
  if (control !== null) {
    parts.push(printLine('noise', `two equal copies differ by ${printInterval(control)}`, page));
  }
  if (sizeBytes !== null && sizeBytes > 0) {
    parts.push(printLine('size', `the file grows by ${(sizeBytes / 1024).toFixed(0)} KiB`, page));
  }
  if (verdict.outcome === 'verified') {
    parts.push(...apply.map((statement) => printCode('apply', statement, page)));
    if (callers !== null) {
      parts.push(
        printCode('before', callers.before, page),
        printCode('after', callers.after, page),
      );
    }
    parts.push(...warnings.map((warning) => printLine('note', warning, page)));
  }
  return parts.join('');
}

function printMeasurement(measurement: Measurement): string {
  const { name, clock, factor, areResultsEqual, rowCount } = measurement;
  const isWall = clock === 'wall';
  const before = isWall ? measurement.baselineWallMs : measurement.baselineMs;
  const after = isWall ? measurement.candidateWallMs : measurement.candidateMs;
  const kind = isWall ? 'by the clock' : 'of processor time';
  const times = `${milliseconds(before)} → ${milliseconds(after)} ${kind}`;
  const results = areResultsEqual
    ? `${rowCount.toLocaleString('en-US')} ${rowCount === 1 ? 'row' : 'rows'} equal`
    : 'results differ';
  return `${name}: ${times}, ${printFactor(factor.median)}; ${results}`;
}

function milliseconds(value: number): string {
  return `${value >= 10 ? value.toFixed(0) : value.toFixed(1)} ms`;
}

/** A labelled text, wrapped and indented below itself. */
function printLine(label: string, text: string, { palette, width }: Page): string {
  const indent = ' '.repeat(LABEL_WIDTH + 2);
  const lines = wrap(
    escapeControls(text).replaceAll(/\s+/g, ' '),
    Math.max(20, width - indent.length),
  );
  return lines
    .map((line, index) => {
      const head = index === 0 ? `  ${palette.dim(label.padEnd(LABEL_WIDTH))}` : indent;
      return `${head}${line}\n`;
    })
    .join('');
}

const CODE_CHARACTERS_MAX = 1200;

/** A statement as it is, its lines below each other; a module's bytes are cut. */
function printCode(label: string, text: string, { palette }: Page): string {
  const cut = text.length > CODE_CHARACTERS_MAX ? `${text.slice(0, CODE_CHARACTERS_MAX)} …` : text;
  const indent = ' '.repeat(LABEL_WIDTH + 2);
  return cut
    .split('\n')
    .map((line, index) => {
      const head = index === 0 ? `  ${palette.dim(label.padEnd(LABEL_WIDTH))}` : indent;
      return `${head}${palette.cyan(escapeControls(line.trimEnd()))}\n`;
    })
    .join('');
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}

/** `6.2 s an hour`; empty when nothing is expected to be saved. */
export function savings(msPerHour: number): string {
  if (msPerHour < 1) return '';
  if (msPerHour < 1000) return `${msPerHour.toFixed(0)} ms an hour`;
  return `${(msPerHour / 1000).toFixed(1)} s an hour`;
}

function nameOf(state: FindingState): string {
  return state.replace('_', ' ');
}

function isDecided(state: FindingState): boolean {
  return state === 'refuted' || state === 'dismissed' || state === 'reverted';
}

function mark(state: FindingState, palette: Palette): string {
  const marks: Readonly<Record<FindingState, string>> = {
    proposed: '•',
    replaying: '•',
    verified: '✔',
    refuted: '✖',
    inconclusive: '?',
    not_replayable: '–',
    applied: '✔',
    watching: '✔',
    kept: '✔',
    reverted: '↩',
    dismissed: '–',
  };
  return paint(state, palette)(marks[state]);
}

function paint(state: FindingState, palette: Palette): (text: string) => string {
  switch (state) {
    case 'verified':
    case 'applied':
    case 'watching':
    case 'kept':
      return palette.green;
    case 'refuted':
      return palette.red;
    case 'inconclusive':
      return palette.yellow;
    case 'proposed':
    case 'replaying':
      return palette.cyan;
    default:
      return palette.dim;
  }
}
