import type { CommandSpec, OptionSpec } from '../usage/command.ts';

const JSON_OUT: OptionSpec = { name: 'json', value: null, description: 'JSON on stdout' };
const CAPABILITIES: OptionSpec = {
  name: 'capabilities',
  value: 'LIST',
  description: 'what it may do: "read:customers,write:orders"; given as "", nothing',
};
const ENTRY: OptionSpec = {
  name: 'entry',
  value: 'EXPORT',
  description: "the module's export to call (default: the one named like the procedure)",
};
const MODULE_FILE: OptionSpec = {
  name: 'file',
  short: 'f',
  value: 'FILE',
  description: 'the module (.wasm or .wat), or a source to be compiled',
};
const IF_EXISTS: OptionSpec = {
  name: 'if-exists',
  value: null,
  description: 'do nothing when there is no such procedure',
};

const load = async () => await import('./procedure.ts');

/** `heliosdb procedure …`: everything about one procedure. */
export function procedureSpecs(DB: OptionSpec): readonly CommandSpec[] {
  return [
    {
      name: 'procedure create',
      summary: 'register a module or a source as a procedure',
      usage: '--file FILE [--name NAME --params LIST --returns TYPE] [options]',
      description:
        'Checks a WebAssembly module and registers it under a name and a signature. A source (.py,\n.js, .ts, .rs, .go, .c, .cpp, .as.ts or a project) is compiled first. What the source declares of\nits procedures need not be written again; without --name all of them are registered.',
      options: [
        DB,
        { name: 'name', value: 'NAME', description: 'what SQL calls it; may be schema.name' },
        MODULE_FILE,
        { name: 'params', value: 'LIST', description: 'the parameters: "id:BIGINT,total:DECIMAL"' },
        { name: 'returns', value: 'TYPE', description: 'the type of its result' },
        CAPABILITIES,
        ENTRY,
        { name: 'volatility', value: 'WORD', description: 'immutable, stable or volatile' },
        { name: 'memory', value: 'SIZE', description: 'the most memory of a guest (default 16MB)' },
        { name: 'timeout', value: 'TIME', description: 'the most CPU of a call (default 10s)' },
        { name: 'comment', value: 'TEXT', description: 'what it is for' },
        { name: 'or-replace', value: null, description: 'replace a procedure of this signature' },
        JSON_OUT,
      ],
      examples: [
        [
          'heliosdb procedure create --name half --file half.wasm --params "x:DOUBLE" --returns DOUBLE',
          'add --capabilities "read:customers" for one that queries a table',
        ],
        ['heliosdb procedure create --file validate_order.py', 'compile and register in one step'],
      ],
      load: async () => (await load()).create,
    },
    {
      name: 'procedure add-version',
      summary: 'add a version of a procedure and use it',
      usage: 'NAME --file FILE [options]',
      description:
        'Registers another module as the next version. It becomes the one that is called;\nolder versions stay and can be used again.',
      options: [DB, MODULE_FILE, CAPABILITIES, ENTRY, JSON_OUT],
      examples: [
        ['heliosdb procedure add-version calculate_discount --file v2.wasm', 'hot-swap a module'],
      ],
      load: async () => (await load()).addVersion,
    },
    {
      name: 'procedure use-version',
      summary: 'choose the version that is called',
      usage: 'NAME VERSION [options]',
      description: 'Makes a version the one that is called. Running statements keep theirs.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb procedure use-version calculate_discount 1', 'roll back']],
      load: async () => (await load()).useVersion,
    },
    {
      name: 'procedure drop',
      summary: 'remove a procedure',
      usage: 'NAME [options]',
      description: 'Removes a procedure with all its versions.',
      options: [DB, IF_EXISTS, JSON_OUT],
      examples: [['heliosdb procedure drop calculate_discount', 'with all its versions']],
      load: async () => (await load()).drop,
    },
    {
      name: 'procedure list',
      summary: 'list the procedures of a database',
      usage: '[options]',
      description: 'Lists the registered procedures.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb procedure list', 'those of the bundled example database']],
      load: async () => (await import('./introspect.ts')).procedures,
    },
    {
      name: 'procedure info',
      summary: 'show everything about a procedure',
      usage: 'NAME [options]',
      description: 'Shows the signature, versions, rights and limits of a procedure.',
      options: [DB, JSON_OUT],
      examples: [['heliosdb procedure info calculate_discount', 'one procedure']],
      load: async () => (await load()).info,
    },
    {
      name: 'procedure metrics',
      summary: 'show how a procedure performs',
      usage: 'NAME [options]',
      description:
        'Shows calls, times, errors and nested queries of each version, and the shapes of its\nqueries. What earlier commands did is included.',
      options: [
        DB,
        { name: 'watch', value: null, description: 'show them again and again, until Ctrl-C' },
        { name: 'every', value: 'TIME', description: 'how often to look (default 1s)' },
        JSON_OUT,
      ],
      examples: [
        ['heliosdb procedure metrics calculate_discount --json', 'for programs'],
        ['heliosdb procedure metrics calculate_discount --watch', 'while a service works'],
      ],
      load: async () => (await load()).metrics,
    },
    {
      name: 'procedure profile',
      summary: 'show where the time of a procedure goes',
      usage: '[NAME] [options]',
      description:
        'Repeats calls with arguments the procedure was really called with, read-only, and writes\na profile of the guest and its queries that Firefox Profiler and speedscope open.',
      options: [
        DB,
        { name: 'sql', value: 'SELECT', description: 'profile this statement instead' },
        { name: 'output', short: 'o', value: 'FILE', description: 'default: NAME.cpuprofile' },
        { name: 'seconds', value: 'N', description: 'how long to repeat the calls (default 2)' },
        JSON_OUT,
      ],
      examples: [
        ['heliosdb procedure profile calculate_discount', 'the sampled calls of a procedure'],
        [
          'heliosdb procedure profile --sql "SELECT calculate_discount(id, 100) FROM customers"',
          'a statement',
        ],
      ],
      load: async () => (await import('./profile.ts')).profile,
    },
  ];
}
