import type { CommandSpec, OptionSpec } from '../usage/command.ts';

const JSON_OUT: OptionSpec = { name: 'json', value: null, description: 'JSON on stdout' };
const LANGUAGE: OptionSpec = {
  name: 'language',
  value: 'NAME',
  description: 'python, ruby, javascript, rust, go, c, java or kotlin; default: by file name',
};

const PRUNE: OptionSpec = {
  name: 'prune',
  value: null,
  description: 'drop the procedures that the folder does not define',
};

/** Commands about a folder of procedures. */
export function folderSpecs(database: OptionSpec): readonly CommandSpec[] {
  return [
    {
      name: 'diff',
      summary: 'compare a folder of procedures with a database',
      usage: 'DIR [options]',
      description:
        'Prints what apply would create (+), change (~) and drop (-), and exits with 5 when there is\nsomething. DIR/procedures.yaml lists the procedures.',
      options: [database, PRUNE, JSON_OUT],
      examples: [['heliosdb diff procedures --db sales.duckdb', 'before a merge']],
      load: async () => (await import('./apply.ts')).diff,
    },
    {
      name: 'apply',
      summary: 'make a database agree with a folder of procedures',
      usage: 'DIR [options]',
      description:
        'Creates and changes procedures as DIR/procedures.yaml says, in one transaction. What agrees\nalready is left alone, so a second run changes nothing.',
      options: [
        database,
        PRUNE,
        { name: 'dry-run', value: null, description: 'print the changes and make none' },
        JSON_OUT,
      ],
      examples: [['heliosdb apply procedures --db sales.duckdb', 'after a merge']],
      load: async () => (await import('./apply.ts')).apply,
    },
  ];
}

/** Commands about procedures that are still sources. */
export function sourceSpecs(database: OptionSpec): readonly CommandSpec[] {
  return [
    {
      name: 'compile',
      summary: 'compile a source to a module',
      usage: 'SOURCE [-o FILE] [options]',
      description:
        'Compiles a file or a project to a WebAssembly module and checks that it can be a procedure.\nPython, Ruby, JavaScript and TypeScript need nothing installed. stdout has the statements that\nregister the procedures, with the types that the source declares.',
      options: [
        {
          name: 'output',
          short: 'o',
          value: 'FILE',
          description: 'the module (default: here, named as the source)',
        },
        LANGUAGE,
        JSON_OUT,
      ],
      examples: [
        ['heliosdb compile validate_order.py -o validate_order.wasm', 'Python'],
        ['heliosdb compile ./calculate_discount', 'a Cargo project'],
      ],
      load: async () => (await import('./compile.ts')).compile,
    },
    {
      name: 'procedure new',
      summary: 'begin a procedure: a source and its test cases',
      usage: 'NAME --lang LANGUAGE [options]',
      description:
        'Writes a folder with a procedure that works on the bundled shop, and its test cases.\nstdout has the commands that test and register it.',
      options: [
        {
          name: 'lang',
          value: 'LANGUAGE',
          description: 'python, ruby, javascript, typescript, rust, go, c, java or kotlin',
        },
        { name: 'output', short: 'o', value: 'FOLDER', description: 'default: named as it is' },
        JSON_OUT,
      ],
      examples: [['heliosdb procedure new greet --lang python', 'then edit greet/greet.py']],
      load: async () => (await import('./new-procedure.ts')).create,
    },
    {
      name: 'dev',
      summary: 'compile, swap in and try a procedure whenever its source is saved',
      usage: '[FILE|DIR] [options]',
      description:
        'Watches a source, or the sources of a folder, those of its procedures.yaml where it has one.\nEach save compiles, makes the saved calls on a copy of the database, prints what they came to\nbefore and now, and registers a version. Calls are those of cases.yaml and those that were made.',
      options: [
        database,
        {
          name: 'cases',
          value: 'FILE',
          description: 'saved calls (default: cases.yaml beside it)',
        },
        { name: 'once', value: null, description: 'one round; fails when a call does' },
        { name: 'capabilities', value: 'LIST', description: 'what it may do' },
        { name: 'params', value: 'LIST', description: 'the parameters: "id:BIGINT,total:DECIMAL"' },
        { name: 'returns', value: 'TYPE', description: 'the type of the result' },
        { name: 'name', value: 'NAME', description: 'another name, or schema.name' },
        {
          name: 'entry',
          value: 'NAME',
          description: 'the procedure, where the module has several',
        },
        { name: 'volatility', value: 'WORD', description: 'immutable, stable or volatile' },
        { name: 'memory', value: 'SIZE', description: 'the most memory of a guest' },
        { name: 'timeout', value: 'TIME', description: 'the most CPU of a call' },
        { ...JSON_OUT, description: 'one JSON object a round and source' },
      ],
      examples: [
        ['heliosdb dev greet/greet.py --capabilities read:customers', 'while editing'],
        ['heliosdb dev procedures --once --json', 'in a script'],
      ],
      load: async () => (await import('./dev.ts')).dev,
    },
    {
      name: 'test',
      summary: 'call a procedure and check what it returns, without a server',
      usage: 'FILE --param NAME=VALUE… --expect VALUE [options]',
      description:
        'Calls a module, or a source that is compiled first, in a database of its own: one in memory\nwith what FILE.test.sql (beside it, without .wasm), --sql and --query-result put there, else a\ncopy of --db or of the bundled shop. Nothing a call does is kept. Also: heliosdb-wasm-test.\nWithout --expect… the result is printed. NULL is NULL; a DOUBLE may differ by its rounding.',
      options: [
        {
          name: 'param',
          value: 'NAME=VALUE',
          isRepeatable: true,
          description: 'the value of a parameter; repeat it for every one',
        },
        { name: 'expect', value: 'VALUE', description: 'what the call returns' },
        { name: 'expect-json', value: 'JSON', description: 'the document that it returns' },
        {
          name: 'expect-error',
          value: 'TEXT',
          description: 'the error: an SQLSTATE, a part of the message, or /a pattern/',
        },
        { name: 'cases', value: 'FILE', description: 'many cases, as YAML or JSON' },
        { ...database, description: 'work on a copy of this database file' },
        { name: 'sql', value: 'FILE', description: 'a script that makes the tables' },
        {
          name: 'query-result',
          value: 'TABLE=ROWS',
          isRepeatable: true,
          description: 'a table with these rows: JSON, or a .json or .csv file',
        },
        { name: 'params', value: 'LIST', description: 'the parameters: "id:BIGINT,total:DECIMAL"' },
        { name: 'returns', value: 'TYPE', description: 'the type of the result' },
        {
          name: 'entry',
          value: 'NAME',
          description: 'the procedure, where the module has several',
        },
        {
          name: 'capabilities',
          value: 'LIST',
          description: 'what it may do (default: read:*)',
        },
        { name: 'volatility', value: 'WORD', description: 'immutable, stable or volatile' },
        { name: 'memory', value: 'SIZE', description: 'the most memory of a guest' },
        { name: 'timeout', value: 'TIME', description: 'the most CPU of a call' },
        JSON_OUT,
      ],
      examples: [
        ['heliosdb test half.wasm --param value=3 --expect 1.5', 'one call'],
        ['heliosdb test validate_order.py --cases cases.yaml', 'a source, many cases'],
      ],
      load: async () => (await import('./test.ts')).test,
    },
  ];
}
