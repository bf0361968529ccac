import { advisorSpecs } from './commands/advisor-specs.ts';
import { procedureSpecs } from './commands/procedure-specs.ts';
import { serviceSpecs } from './commands/service-specs.ts';
import { folderSpecs, sourceSpecs } from './commands/source-specs.ts';
import type { CommandSpec, OptionSpec } from './usage/command.ts';

const DB: OptionSpec = {
  name: 'db',
  value: 'FILE',
  description: 'the database file; default: HELIOSDB_DB, or the bundled database shop',
};
const JSON_OUT: OptionSpec = { name: 'json', value: null, description: 'JSON on stdout' };

const MODEL: OptionSpec = {
  name: 'model',
  value: 'NAME',
  description: 'a language model plans; none plans offline (default: HELIOSDB_MODEL)',
};
const CONTINUE: OptionSpec = {
  name: 'continue',
  value: null,
  description: 'the question continues the latest conversation',
};
const CONVERSATION: OptionSpec = {
  name: 'conversation',
  value: 'ID',
  description: 'the question continues this conversation',
};
const SEMANTICS: OptionSpec = {
  name: 'semantics',
  value: 'FILE',
  description: 'what words mean here; default: NAME.semantics.yaml beside the database',
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'ask',
    summary: 'answer a question about a database',
    usage: '"<question>" [options]',
    description:
      'Plans the question as tasks, runs them read-only and prints the answer. A change that is asked\nfor is shown, and made only when it is confirmed.\nstdout has the answer; stderr has the plan, the progress and what was assumed.',
    options: [
      DB,
      { name: 'json', value: null, description: 'the answer as JSON: status, rows, SQL, plan' },
      { name: 'explain', value: null, description: 'print the plan and run nothing' },
      {
        name: 'sql',
        value: null,
        description: 'print the plan as one SQL statement and run nothing',
      },
      { name: 'limit', value: 'N', description: 'rows to print (default 50; with --json 10000)' },
      { name: 'chart', value: null, description: 'draw a chart below the table, when one helps' },
      {
        name: 'as-of',
        value: 'TIME',
        description: 'what "today" is: 2026-06-30 or 2026-06-30T18:00:00Z',
      },
      MODEL,
      CONTINUE,
      CONVERSATION,
      SEMANTICS,
      {
        name: 'yes',
        value: null,
        description: 'make the change that is asked for, after printing it',
      },
      {
        name: 'batch',
        value: null,
        description: 'read JSON Lines requests on stdin, write JSON Lines answers',
      },
      { name: 'no-progress', value: null, description: 'print neither plan nor progress' },
    ],
    examples: [
      [
        'heliosdb ask "Calculate discounts for all platinum customers and show their savings"',
        'plan, call a procedure for many rows, rank the results',
      ],
      [
        'heliosdb ask "How many orders per month in 2025?" --db sales.duckdb --json',
        'any DuckDB file, for programs',
      ],
      [
        'heliosdb ask "Which products never sold?" --sql | heliosdb sql',
        'look at the SQL, or run it yourself',
      ],
      [
        'heliosdb ask "Set the status of order 17 to shipped"',
        'shows the change, and asks before it makes it',
      ],
      [
        'heliosdb ask --batch < requests.jsonl > answers.jsonl',
        'one {"id","question","db_path"} a line',
      ],
    ],
    load: async () => (await import('./commands/ask.ts')).run,
  },
  {
    name: 'confirm',
    summary: 'make a change that ask has shown',
    usage: 'TOKEN [options]',
    description:
      'Makes the change that a token stands for, if the rows are still those that were shown.\nA token is good for one use, within 15 minutes.',
    options: [DB, { ...JSON_OUT, description: 'the answer as JSON on stdout' }],
    examples: [
      ['heliosdb confirm 3f9c0d5e7a1b42c88d06e1f2a4b7c9d3', 'the token that ask has printed'],
    ],
    load: async () => (await import('./commands/confirm.ts')).run,
  },
  {
    name: 'chat',
    summary: 'ask questions that continue each other',
    usage: '[options]',
    description:
      'One question a line; "only gold ones", "and per country?", "top 5 of them", "why?" and\n"show the SQL" continue the one before. The conversation is kept and can be gone on with.',
    options: [
      DB,
      MODEL,
      CONTINUE,
      CONVERSATION,
      SEMANTICS,
      { name: 'list', value: null, description: 'list the conversations and leave' },
    ],
    examples: [
      ['heliosdb chat', 'the bundled example database'],
      ['heliosdb chat --db sales.duckdb --continue', 'go on with the latest conversation'],
    ],
    load: async () => (await import('./commands/chat.ts')).run,
  },
  {
    name: 'remember',
    summary: 'save a question with the SQL that answers it',
    usage: '"<question>" --sql "<statement>"',
    description:
      'The same question is answered with that SQL from then on, a model sees it as an example, and\nheliosdb eval uses it as a test.',
    options: [
      DB,
      { name: 'sql', value: 'SQL', description: 'one SELECT; - reads it from standard input' },
      { name: 'forget', value: null, description: 'forget the question' },
      { name: 'list', value: null, description: 'list what is remembered as JSON Lines' },
    ],
    examples: [
      [
        'heliosdb remember "What was our revenue?" --sql "SELECT sum(total) FROM orders"',
        'from now on the question means this',
      ],
      ['heliosdb remember --list', 'what is remembered'],
    ],
    load: async () => (await import('./commands/remember.ts')).run,
  },
  {
    name: 'eval',
    summary: 'ask questions whose answers are known, report how it went',
    usage: '[FILE] [options]',
    description:
      'FILE has one {"question","sql"} a line ("rows" instead of "sql", or "answerable": false).\nWithout a file the remembered questions are asked. The exit code says whether the minimum was met.',
    options: [
      DB,
      { ...JSON_OUT, description: 'the report as JSON on stdout' },
      MODEL,
      SEMANTICS,
      { name: 'as-of', value: 'TIME', description: 'what "today" is' },
      { name: 'out', value: 'REPORT', description: 'write the report to a file' },
      { name: 'compare', value: 'REPORT', description: 'say what changed since an earlier report' },
      { name: 'no-regressions', value: null, description: 'fail when --compare finds one broken' },
      { name: 'min-strict', value: 'SHARE', description: 'fail below this share of right answers' },
      { name: 'min-lenient', value: 'SHARE', description: 'the same, extra columns allowed' },
      { name: 'min-precision', value: 'SHARE', description: 'the same, of what was answered' },
      { name: 'no-cache', value: null, description: 'ask the model anew' },
      { name: 'verbose', short: 'v', value: null, description: 'say what went wrong on stderr' },
    ],
    examples: [
      ['heliosdb eval questions.jsonl --min-strict 0.8', 'in CI'],
      ['heliosdb eval questions.jsonl --compare last.json --no-regressions', 'nothing got worse'],
    ],
    load: async () => (await import('./commands/eval.ts')).run,
  },
  {
    name: 'model init',
    summary: 'write what the words of a question mean, to be edited',
    usage: '[options]',
    description:
      'Writes the semantic model of a database as YAML: descriptions, synonyms, labels, joins.\nask finds it beside the database.',
    options: [
      DB,
      { name: 'out', value: 'FILE', description: 'where to; - is standard output' },
      { name: 'force', value: null, description: 'overwrite the file' },
    ],
    examples: [['heliosdb model init --db sales.duckdb', 'writes sales.semantics.yaml']],
    load: async () => (await import('./commands/model.ts')).init,
  },
  {
    name: 'model show',
    summary: 'show what the planner believes of a database',
    usage: '[options]',
    description: 'Shows keys, labels and the role of every column, the semantic model included.',
    options: [DB, JSON_OUT, SEMANTICS],
    examples: [['heliosdb model show --db sales.duckdb', 'tables, labels, roles']],
    load: async () => (await import('./commands/model.ts')).show,
  },
  {
    name: 'model check',
    summary: 'check the semantic model of a database',
    usage: '[options]',
    description:
      'Says every mistake of the file with its line; the exit code is 1 when there are any.',
    options: [DB, JSON_OUT, SEMANTICS],
    examples: [['heliosdb model check --db sales.duckdb', 'after editing']],
    load: async () => (await import('./commands/model.ts')).check,
  },
  {
    name: 'sql',
    summary: 'run SQL, CREATE PROCEDURE included',
    usage: '["<script>"] [options]',
    description:
      'Runs a script of statements separated by semicolons and prints their results.\nThe script is the argument, a file (-f), or standard input. It stops at the first error.',
    options: [
      DB,
      { name: 'file', short: 'f', value: 'FILE', description: 'read the script from a file' },
      { ...JSON_OUT, description: 'one JSON object a statement and line' },
      { name: 'csv', value: null, description: 'comma separated values' },
      {
        name: 'limit',
        value: 'N',
        description: 'rows to print of each result (default: all; 1000 in a table)',
      },
    ],
    examples: [
      ['heliosdb sql "SELECT calculate_discount(12345, 599.99)"', 'call a procedure'],
      [
        'heliosdb sql --db sales.duckdb -f procedures/install.sql',
        'install procedures into a database',
      ],
      ['echo "FROM orders LIMIT 3" | heliosdb sql --csv', 'a script on standard input'],
    ],
    load: async () => (await import('./commands/sql.ts')).run,
  },
  {
    name: 'shell',
    summary: 'type statements and questions',
    usage: '[options]',
    description:
      'An interactive shell. A statement ends with a semicolon and may span lines; .help lists commands.\nCtrl-C cancels the running statement, Ctrl-D leaves.',
    options: [DB, MODEL, SEMANTICS],
    examples: [
      ['heliosdb shell', 'the bundled example database'],
      ['heliosdb shell --db sales.duckdb', 'a database file'],
    ],
    load: async () => (await import('./commands/shell.ts')).run,
  },
  ...serviceSpecs(DB),
  ...sourceSpecs(DB),
  ...procedureSpecs(DB),
  ...folderSpecs(DB),
  {
    name: 'procedures',
    summary: 'list the procedures of a database',
    usage: '[options]',
    description: 'Lists the registered procedures.',
    options: [DB, JSON_OUT],
    examples: [['heliosdb procedures', 'those of the bundled example database']],
    load: async () => (await import('./commands/introspect.ts')).procedures,
  },
  {
    name: 'logs',
    summary: 'show what procedures logged',
    usage: '[options]',
    description:
      'Shows the lines that procedures logged, newest last; those of earlier commands too.\n--follow goes on with what other commands write.',
    options: [
      DB,
      { ...JSON_OUT, description: 'JSON on stdout; with --follow one line each' },
      { name: 'procedure', value: 'NAME', description: 'only of this procedure' },
      { name: 'last', value: 'TIME', description: 'only of the last 30s, 15m, 1h, 7d' },
      { name: 'level', value: 'LEVEL', description: 'debug, info, warn or error, and above' },
      { name: 'limit', value: 'N', description: 'the newest N lines (default 100)' },
      { name: 'follow', value: null, description: 'wait for further lines, until Ctrl-C' },
    ],
    examples: [
      ['heliosdb logs --procedure calculate_discount --last 1h', 'one procedure, one hour'],
      ['heliosdb logs --level warn --json', 'what went wrong, for programs'],
    ],
    load: async () => (await import('./commands/logs.ts')).logs,
  },
  {
    name: 'metrics',
    summary: 'show how procedures perform',
    usage: '[options]',
    description: 'Shows calls, rows, times and errors of each procedure.',
    options: [DB, JSON_OUT],
    examples: [['heliosdb metrics --json', 'for programs']],
    load: async () => (await import('./commands/introspect.ts')).metrics,
  },
  ...advisorSpecs(DB),
];
