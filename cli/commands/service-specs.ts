import type { CommandSpec, OptionSpec } from '../usage/command.ts';

const JSON_OUT: OptionSpec = { name: 'json', value: null, description: 'JSON on stdout' };
const loadRuns = async () => await import('./runs.ts');
const loadFilters = async () => await import('./filter.ts');
const loadTokens = async () => await import('./token.ts');

const FILTER_TARGET: readonly OptionSpec[] = [
  { name: 'role', value: 'ROLE', description: 'a role of the database' },
  { name: 'table', value: 'TABLE', description: 'a table or view, perhaps schema.table' },
];

/** The service and what only a service has: runs and tokens. */
export function serviceSpecs(DB: OptionSpec): readonly CommandSpec[] {
  return [
    {
      name: 'serve',
      summary: 'serve a database: HTTP API and web page',
      usage: '[options]',
      description:
        'Owns the database and answers HTTP until Ctrl-C. stdout has the address.\nWithout --host only this machine can reach it.',
      options: [
        DB,
        { name: 'port', value: 'N', description: 'the port (default 4321; 0 takes a free one)' },
        { name: 'host', value: 'ADDRESS', description: 'the address (default 127.0.0.1)' },
        {
          name: 'model',
          value: 'NAME',
          description: 'a language model plans; none plans offline (default: HELIOSDB_MODEL)',
        },
        {
          name: 'semantics',
          value: 'FILE',
          description: 'what words mean here; default: NAME.semantics.yaml beside the database',
        },
        { name: 'allow-host', value: 'LIST', description: 'further names it is reached by' },
        {
          name: 'require-token',
          value: null,
          description: 'refuse those without a token here too',
        },
        { name: 'allow-files', value: null, description: 'let SQL use files and addresses' },
        { name: 'verbose', value: null, description: 'log every request on stderr, as JSON' },
        { name: 'quiet', value: null, description: 'log nothing' },
      ],
      examples: [
        ['heliosdb serve', 'the bundled example database on http://127.0.0.1:4321'],
        ['heliosdb serve --db sales.duckdb --port 8080', 'a database file'],
      ],
      load: async () => (await import('./serve.ts')).serve,
    },
    {
      name: 'runs list',
      summary: 'list the questions that were asked',
      usage: '[options]',
      description: 'Lists the runs of the service that owns the database, newest first.',
      options: [DB, { name: 'limit', value: 'N', description: 'how many (default 20)' }, JSON_OUT],
      examples: [['heliosdb runs list', 'the last twenty']],
      load: async () => (await loadRuns()).list,
    },
    {
      name: 'runs show',
      summary: 'show a run and its answer',
      usage: 'ID [options]',
      description: 'Shows the answer of a run, from its page, another command or this one.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb runs show run-1', 'the answer as ask prints it']],
      load: async () => (await loadRuns()).show,
    },
    {
      name: 'runs cancel',
      summary: 'cancel a run',
      usage: 'ID [options]',
      description: 'Stops a run of the service and waits until it has stopped.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb runs cancel run-1', 'stops its statements']],
      load: async () => (await loadRuns()).cancel,
    },
    {
      name: 'token create',
      summary: 'make a token for the service',
      usage: '--name NAME [options]',
      description:
        'Makes a token and prints its secret, this once. Sent as "Authorization: Bearer …".',
      options: [
        DB,
        { name: 'name', value: 'NAME', description: 'whose it is' },
        {
          name: 'role',
          value: 'ROLE',
          description: 'reader, caller, author or admin (default reader)',
        },
        {
          name: 'as',
          value: 'ROLE',
          description: 'the role whose grants and row filters hold (default --role)',
        },
        { name: 'expires', value: 'TIME', description: 'how long it is valid: 12h, 30d' },
        { name: 'requests-per-minute', value: 'N', description: 'default 600' },
        { name: 'run-seconds-per-hour', value: 'N', description: 'default 3600' },
        JSON_OUT,
      ],
      examples: [
        ['heliosdb token create --name ci --role reader --expires 30d', 'one month'],
        ['heliosdb token create --name emea --as emea', 'reads what role emea was granted'],
      ],
      load: async () => (await loadTokens()).create,
    },
    {
      name: 'token list',
      summary: 'list the tokens of the service',
      usage: '[options]',
      description: 'Lists the tokens, without their secrets, which nobody has.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb token list', 'who may come in']],
      load: async () => (await loadTokens()).list,
    },
    {
      name: 'token revoke',
      summary: 'make a token worthless',
      usage: 'NAME [options]',
      description: 'Revokes a token, given by its name or id, at once.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb token revoke ci', 'its holder is refused from now on']],
      load: async () => (await loadTokens()).revoke,
    },
    {
      name: 'filter set',
      summary: 'let a role see only some rows',
      usage: '--role ROLE --table TABLE --where CONDITION [options]',
      description:
        'Sets which rows of a table or view a role sees, whatever it asks.\nCREATE ROW FILTER does the same in SQL.',
      options: [
        DB,
        ...FILTER_TARGET,
        { name: 'where', value: 'CONDITION', description: 'an SQL expression over its columns' },
      ],
      examples: [
        [
          `heliosdb filter set --role emea --table customers --where "region = 'EMEA'"`,
          'its tokens see no other customers',
        ],
      ],
      load: async () => (await loadFilters()).set,
    },
    {
      name: 'filter list',
      summary: 'list which rows roles see',
      usage: '[options]',
      description: 'Lists the row filters of every role, or of one.',
      options: [DB, { name: 'role', value: 'ROLE', description: 'only of this role' }, JSON_OUT],
      examples: [['heliosdb filter list', 'role, table and condition']],
      load: async () => (await loadFilters()).list,
    },
    {
      name: 'filter drop',
      summary: 'let a role see all rows again',
      usage: '--role ROLE --table TABLE [options]',
      description: 'Removes a row filter; what the role was granted stays.',
      options: [DB, ...FILTER_TARGET],
      examples: [['heliosdb filter drop --role emea --table customers', 'all customers']],
      load: async () => (await loadFilters()).drop,
    },
  ];
}
