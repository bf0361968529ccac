import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HeliosError } from '#core';
import type { CreateProcedure, DdlStatement } from './ast.ts';
import { encodeStatement } from './ast.ts';
import { parseStatement } from './parser.ts';
import { printStatement } from './printer.ts';
import { statementsOf } from './script.ts';

function parseAll(script: string): (DdlStatement | null)[] {
  return statementsOf(script).map((statement) => parseStatement(statement)?.tree ?? null);
}

function parseOne(script: string): DdlStatement {
  const [tree, ...rest] = parseAll(script);
  assert.equal(rest.length, 0);
  assert(tree, `not a statement of ours: ${script}`);
  assert.deepEqual(parseAll(printStatement(tree)), [tree], 'print and parse differ');
  return tree;
}

function parseCreate(clauses: string, parameters = ''): CreateProcedure {
  const tree = parseOne(`CREATE PROCEDURE p(${parameters}) ${clauses}`);
  assert(tree.kind === 'create_procedure');
  return tree;
}

function errorOf(script: string): HeliosError {
  try {
    parseAll(script);
  } catch (error) {
    assert(HeliosError.isInstance(error), String(error));
    return error;
  }
  return assert.fail(`no error for ${script}`);
}

const SEED_CREATE = `-- Register a WASM procedure
CREATE PROCEDURE calculate_discount (
    customer_id BIGINT,
    order_total DECIMAL
)
RETURNS DECIMAL
LANGUAGE wasm
AS $wasm$
-- Base64 encoded WASM module or file path
file://procedures/calculate_discount.wasm
$wasm$;`;

const BARE: CreateProcedure = {
  kind: 'create_procedure',
  orReplace: false,
  ifNotExists: false,
  schema: null,
  name: 'p',
  parameters: [],
  returns: 'BIGINT',
  language: 'wasm',
  capabilities: null,
  volatility: null,
  nullCall: null,
  entry: null,
  onError: null,
  strictVisibility: false,
  comment: null,
  options: {},
  module: { kind: 'base64', text: 'AGFzbQ==' },
};

test('the first CREATE PROCEDURE of the specification', () => {
  assert.deepEqual(parseOne(SEED_CREATE), {
    ...BARE,
    name: 'calculate_discount',
    parameters: [
      { name: 'customer_id', type: 'BIGINT', default: null },
      { name: 'order_total', type: 'DECIMAL', default: null },
    ],
    returns: 'DECIMAL',
    module: { kind: 'file', text: 'procedures/calculate_discount.wasm' },
  });
});

test('the CREATE PROCEDURE with capabilities of the specification', () => {
  const tree = parseOne(`CREATE PROCEDURE fraud_detection (transaction_id BIGINT)
RETURNS JSON
LANGUAGE wasm
CAPABILITIES (
    'read:transactions',
    'read:customers',
    'write:fraud_alerts',
    'network:fraud_api.example.com'
)
AS $wasm$
file://procedures/fraud_detection.wasm
$wasm$;`);
  assert.deepEqual(tree, {
    ...BARE,
    name: 'fraud_detection',
    parameters: [{ name: 'transaction_id', type: 'BIGINT', default: null }],
    returns: 'JSON',
    capabilities: [
      'read:transactions',
      'read:customers',
      'write:fraud_alerts',
      'network:fraud_api.example.com',
    ],
    module: { kind: 'file', text: 'procedures/fraud_detection.wasm' },
  });
});

test('ALTER and DROP of the specification', () => {
  const reference = { schema: null, name: 'calculate_discount', parameterTypes: null };
  const alter = { kind: 'alter_procedure', ...reference, ifExists: false } as const;
  assert.deepEqual(
    parseAll(`-- Update procedure (creates new version)
ALTER PROCEDURE calculate_discount
VERSION 2
AS $wasm$
file://procedures/calculate_discount_v2.wasm
$wasm$;

-- Rollback to previous version
ALTER PROCEDURE calculate_discount
USE VERSION 1;

DROP PROCEDURE calculate_discount;`),
    [
      {
        ...alter,
        action: {
          kind: 'add_version',
          version: 2,
          module: { kind: 'file', text: 'procedures/calculate_discount_v2.wasm' },
          capabilities: null,
          entry: null,
        },
      },
      { ...alter, action: { kind: 'use_version', version: 1 } },
      { kind: 'drop_procedure', ...reference, ifExists: false, cascade: false },
    ],
  );
});

test('queries of the specification are not ours', () => {
  const script = `-- Simple call
SELECT calculate_discount(12345, 599.99);
SELECT order_id, total, calculate_discount(customer_id, total) as discount FROM orders
WHERE status = 'pending';`;
  assert.deepEqual(parseAll(script), [null, null]);
});

const BASE = 'RETURNS BIGINT LANGUAGE wasm';
const MODULE = "AS 'AGFzbQ=='";

test('clauses stand in any order', () => {
  const tree = parseCreate(
    `${MODULE} COMMENT 'it''s' ON ERROR NULL ENTRY "detectFraud" STRICT VISIBILITY
     CALLED ON NULL INPUT STABLE TIMEOUT INTERVAL '2 minutes' MEMORY '32MB'
     SET (log_bytes_max = '64 kB', pool = 4, x = -1.5, note = 'a', on_it = true, off = DEFAULT)
     CAPABILITIES () LANGUAGE 'WASM' RETURNS BIGINT`,
  );
  assert.deepEqual(tree, {
    ...BARE,
    capabilities: [],
    volatility: 'STABLE',
    nullCall: 'CALLED ON NULL INPUT',
    entry: 'detectFraud',
    onError: 'NULL',
    strictVisibility: true,
    comment: "it's",
    options: {
      timeout_ms: 120_000,
      memory_bytes_max: 33_554_432,
      log_bytes_max: 65_536,
      pool: 4,
      x: -1.5,
      note: 'a',
      on_it: true,
      off: null,
    },
  });
});

test('STRICT alone is about NULL, with VISIBILITY about what queries see', () => {
  assert.equal(parseCreate(`${BASE} STRICT ${MODULE}`).nullCall, 'RETURNS NULL ON NULL INPUT');
  const both = parseCreate(`${BASE} RETURNS NULL ON NULL INPUT STRICT VISIBILITY ${MODULE}`);
  assert.equal(both.nullCall, 'RETURNS NULL ON NULL INPUT');
  assert.equal(both.strictVisibility, true);
});

test('a clause or limit given twice is refused', () => {
  for (const clauses of [
    'LANGUAGE wasm',
    'STABLE VOLATILE',
    'STRICT CALLED ON NULL INPUT',
    "MEMORY '1MB' SET (memory = '2MB')",
    'SET (a = 1, A = 2)',
  ]) {
    assert.match(errorOf(`CREATE PROCEDURE p() ${BASE} ${clauses} ${MODULE}`).message, /twice/);
  }
});

test('limits take units, whatever their spelling', () => {
  const options = (clause: string): unknown => parseCreate(`${BASE} ${clause} ${MODULE}`).options;
  for (const size of ["'1MB'", "'1 MiB'", "'1m'", '1048576', '1_048_576', '0x100000', "'1024KB'"])
    assert.deepEqual(options(`MEMORY ${size}`), { memory_bytes_max: 1_048_576 }, size);
  for (const time of [
    "'10s'",
    "'10 seconds'",
    '10000',
    'INTERVAL 10 SECOND',
    "INTERVAL '10' SECOND",
  ])
    assert.deepEqual(options(`TIMEOUT ${time}`), { timeout_ms: 10_000 }, time);
  assert.deepEqual(options("TIMEOUT '1.5s'"), { timeout_ms: 1500 });
  assert.match(
    errorOf(`CREATE PROCEDURE p() ${BASE} MEMORY '16 potatoes' ${MODULE}`).message,
    /quantity/,
  );
});

// Types as DuckDB spells them; each is kept as written.
const TYPES: readonly string[] = [
  'BIGINT',
  'decimal(18, 3)',
  'DECIMAL( 5 )',
  'INTEGER[]',
  'INTEGER[3]',
  'INTEGER[][3][]',
  'VARCHAR ARRAY',
  'VARCHAR ARRAY[4]',
  'STRUCT(a INTEGER, "b c" VARCHAR[], d STRUCT(e DATE))',
  'ROW(a INT)',
  'UNION(n INTEGER, s VARCHAR)',
  'MAP(VARCHAR, DECIMAL(10,2)[])',
  "ENUM('a', 'b,)''c')",
  'TIMESTAMP WITH TIME ZONE',
  'TIMESTAMP WITHOUT TIME ZONE[]',
  'TIME WITH TIME ZONE',
  'TIMESTAMP_NS',
  'DOUBLE PRECISION',
  'CHARACTER VARYING(20)',
  'INTERVAL',
  'INTERVAL DAY TO SECOND',
  '"my type"',
  '"a schema"."my""type"[]',
  'memory.main.mood',
  'HUGEINT',
  'größe',
  "GEOMETRY('EPSG:4326')",
  'VARCHAR /* text */ [ ]',
];

for (const type of TYPES) {
  test(`type ${type}`, () => {
    const { parameters, returns } = parseCreate(
      `RETURNS ${type} LANGUAGE wasm ${MODULE}`,
      `a ${type}, b ${type} DEFAULT NULL`,
    );
    assert.deepEqual(
      parameters.map((parameter) => parameter.type),
      [type, type],
    );
    assert.equal(returns, type);
  });
}

test('defaults are kept as written', () => {
  const { parameters } = parseCreate(
    `${BASE} ${MODULE}`,
    `a INT DEFAULT (1 + f(2, ')')) * 2, b VARCHAR := 'x,)', c INT[] = [1, 2], "d e" INT
     DEFAULT CASE WHEN true THEN 1 END, f JSON DEFAULT {'a': [1, {'b': 2}]}`,
  );
  assert.deepEqual(
    parameters.map((parameter) => parameter.default),
    ["(1 + f(2, ')')) * 2", "'x,)'", '[1, 2]', 'CASE WHEN true THEN 1 END', "{'a': [1, {'b': 2}]}"],
  );
  assert.equal(parameters[3]?.name, 'd e');
});

test('modules come as base64, hexadecimal digits, text, a file or a bare path', () => {
  const module = (text: string): unknown => parseCreate(`${BASE} AS ${text}`).module;
  assert.deepEqual(module('$$ AGFz\n\tbQ== $$'), { kind: 'base64', text: 'AGFzbQ==' });
  assert.deepEqual(module("'\\x0061 736D'"), { kind: 'hex', text: '0061736D' });
  assert.deepEqual(module("E'\\\\x0061736D'"), { kind: 'hex', text: '0061736D' });
  assert.deepEqual(module("'file:///a b/it''s.wasm'"), { kind: 'file', text: "/a b/it's.wasm" });
  assert.deepEqual(module('$m$\n -- note\n--\n ./x.wasm\n$m$'), { kind: 'file', text: './x.wasm' });
  assert.deepEqual(module("'FILE://$wasm$.wasm'"), { kind: 'file', text: '$wasm$.wasm' });
  assert.deepEqual(module("'-- note\n(module) ;; end '"), {
    kind: 'text',
    text: '(module) ;; end',
  });
  assert.deepEqual(module("'AGFz'\n'bQ=='"), { kind: 'base64', text: 'AGFzbQ==' });
});

test('a broken module text is refused where it breaks', () => {
  const offset = (text: string): unknown => {
    const error = errorOf(`CREATE PROCEDURE p() ${BASE} AS ${text}`);
    assert.equal(error.sqlstate, '42601');
    return (error.fields.offset as number) - `CREATE PROCEDURE p() ${BASE} AS `.length;
  };
  assert.equal(offset('$$AG*z$$'), 4);
  assert.equal(offset("'-- c\nAG*z'"), 8);
  assert.equal(offset("'\\x00g0'"), 5);
  assert.equal(offset("'\\x000'"), 6);
  assert.equal(offset("'AGFzb'"), 6);
  assert.equal(offset("'AGFzbQ='"), 8);
  assert.equal(offset("'file://a\nb'"), 9);
  assert.equal(offset("'file://'"), 8);
  for (const empty of ["''", "'  '", "'-- only a comment'", "'\\x'"])
    assert.match(errorOf(`CREATE PROCEDURE p() ${BASE} AS ${empty}`).message, /empty/);
});

test('every form of ALTER', () => {
  const action = (text: string): unknown => {
    const tree = parseOne(`ALTER PROCEDURE IF EXISTS s."P"(BIGINT, DECIMAL(5,2)) ${text}`);
    assert(tree.kind === 'alter_procedure');
    assert.deepEqual(
      [tree.schema, tree.name, tree.parameterTypes, tree.ifExists],
      ['s', 'P', ['BIGINT', 'DECIMAL(5,2)'], true],
    );
    return tree.action;
  };
  const module = { kind: 'base64', text: 'AGFzbQ==' };
  assert.deepEqual(action(`VERSION ${MODULE}`), {
    kind: 'add_version',
    version: null,
    module,
    capabilities: null,
    entry: null,
  });
  assert.deepEqual(action(`ADD VERSION 3 ${MODULE} ENTRY run CAPABILITIES ('crypto')`), {
    kind: 'add_version',
    version: 3,
    module,
    capabilities: ['crypto'],
    entry: 'run',
  });
  assert.deepEqual(action('RENAME TO "Q q"'), { kind: 'rename', name: 'Q q' });
  assert.deepEqual(action('COMMENT NULL'), { kind: 'set_comment', comment: null });
  assert.deepEqual(action("SET (pool = 3, timeout = '1s')"), {
    kind: 'set',
    options: { pool: 3, timeout_ms: 1000 },
  });
  assert.deepEqual(action('STABLE ON ERROR FAIL STRICT VISIBILITY STRICT'), {
    kind: 'set',
    options: {
      volatility: 'STABLE',
      null_call: 'RETURNS NULL ON NULL INPUT',
      on_error: 'FAIL',
      strict_visibility: true,
    },
  });
  assert.match(errorOf('ALTER PROCEDURE p RETURNS INT').message, /cannot be altered/);
  assert.match(errorOf('ALTER PROCEDURE p USE VERSION 0').message, /at least 1/);
  assert.match(errorOf('ALTER PROCEDURE p').message, /too early/);
});

test('DROP, COMMENT ON, SHOW and DESCRIBE', () => {
  assert.deepEqual(parseOne('drop procedure if exists a.b() cascade'), {
    kind: 'drop_procedure',
    schema: 'a',
    name: 'b',
    parameterTypes: [],
    ifExists: true,
    cascade: true,
  });
  assert.equal(parseOne('DROP PROCEDURE p RESTRICT').kind, 'drop_procedure');
  assert.deepEqual(parseOne("COMMENT ON PROCEDURE p(INT) IS 'x'"), {
    kind: 'alter_procedure',
    schema: null,
    name: 'p',
    parameterTypes: ['INT'],
    ifExists: false,
    action: { kind: 'set_comment', comment: 'x' },
  });
  assert.deepEqual(parseOne('SHOW PROCEDURES'), { kind: 'show_procedures' });
  for (const verb of ['SHOW', 'DESCRIBE', 'desc'])
    assert.deepEqual(parseOne(`${verb} PROCEDURE x.y`), {
      kind: 'describe_procedure',
      schema: 'x',
      name: 'y',
    });
});

test('CALL takes positional and named arguments', () => {
  assert.deepEqual(
    parseOne('CALL s.p(1 + 2, (SELECT max(a, b)), order_total := 5, "c d" => \')\', e =>-1)'),
    {
      kind: 'call',
      schema: 's',
      name: 'p',
      arguments: [
        { name: null, expression: '1 + 2' },
        { name: null, expression: '(SELECT max(a, b))' },
        { name: 'order_total', expression: '5' },
        { name: 'c d', expression: "')'" },
        { name: 'e', expression: '-1' },
      ],
    },
  );
});

// What merely looks like ours passes through.
const FOREIGN: readonly string[] = [
  "SELECT 'CREATE PROCEDURE p() RETURNS INT LANGUAGE wasm AS $wasm$ x $wasm$'",
  'SELECT $$;CREATE PROCEDURE p();$$',
  '/* CREATE PROCEDURE p() */ SELECT 1',
  "CREATE VIEW v AS SELECT 'DROP PROCEDURE p'",
  'CREATE TABLE procedure (procedures INT)',
  'CREATE "PROCEDURE" p()',
  'SHOW procedures_of_mine',
  'SHOW "procedures"',
  'SHOW PROCEDURES FROM x',
  'DESCRIBE procedure',
  'DESCRIBE procedure.orders',
  'DESCRIBE procedures',
  'ALTER TABLE procedure RENAME TO p',
  'COMMENT ON TABLE procedure IS NULL',
  'CALL a.b.c(1)',
  'CALL p(1) WHERE x',
  'CALL p',
  'EXPLAIN SELECT 1',
  'EXPLAIN (FORMAT JSON) SELECT 1',
  'EXPLAIN CALL pragma_version()',
  'EXPLAIN',
  'CREATE OR REPLACE TEMP MACRO procedure() AS 1',
];

for (const statement of FOREIGN) {
  test(`DuckDB's: ${statement}`, () => assert.deepEqual(parseAll(statement), [null]));
}

test('an error says where, what was expected, and what was probably meant', () => {
  const error = errorOf("SELECT 1;\nCREATE PROCEDURE p(a INT)\n RETURNS INT LANGAUGE wasm AS ''");
  assert.equal(error.sqlstate, '42601');
  assert.match(error.message, /^syntax error at "LANGAUGE", expected RETURNS, LANGUAGE, /);
  assert.equal(error.hint, 'Perhaps LANGUAGE was meant.');
  assert.equal(error.fields.offset, 49);
  assert.equal(error.fields.line, 3);
  assert.equal(error.fields.column, 14);
  assert.equal(error.detail, "LINE 3:  RETURNS INT LANGAUGE wasm AS ''\n                     ^");
});

test('refusals name their reason', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['EXPLAIN ANALYZE CREATE PROCEDURE p()', /EXPLAIN does not apply/],
    ['EXPLAIN (ANALYZE, FORMAT JSON) DROP PROCEDURE p', /EXPLAIN does not apply/],
    ['CREATE TEMP PROCEDURE p()', /cannot be temporary/],
    [`CREATE PROCEDURE p() RETURNS INT ${MODULE}`, /too early, expected LANGUAGE/],
    [`CREATE PROCEDURE p() LANGUAGE wasm ${MODULE}`, /expected RETURNS/],
    ['CREATE PROCEDURE p() RETURNS INT LANGUAGE wasm', /expected AS/],
    [`CREATE PROCEDURE p() RETURNS INT LANGUAGE python ${MODULE}`, /python is not supported/],
    [`CREATE PROCEDURE select() ${BASE} ${MODULE}`, /syntax error at "select"/],
    [`CREATE PROCEDURE p(a INT, A INT) ${BASE} ${MODULE}`, /given twice/],
    [`CREATE PROCEDURE p(INT) ${BASE} ${MODULE}`, /expected type/],
    [`CREATE PROCEDURE p(a INT DEFAULT) ${BASE} ${MODULE}`, /expected expression/],
    [`CREATE PROCEDURE p(a INT DEFAULT (1]) ${BASE} ${MODULE}`, /expected \)/],
    [`CREATE PROCEDURE p(a INT DEFAULT (1`, /expected \)/],
    [`CREATE PROCEDURE ""() ${BASE} ${MODULE}`, /is empty/],
    ['DROP PROCEDURE p q', /expected CASCADE, RESTRICT or end of statement/],
    [`CREATE PROCEDURE p() RETURNS TIMESTAMP WITH TIME LANGUAGE wasm ${MODULE}`, /expected ZONE/],
    [`CREATE PROCEDURE p() ${BASE} SET (a: 1) ${MODULE}`, /expected =/],
    [`CREATE PROCEDURE p() ${BASE} AS E'\\U00110000'`, /not a character/],
  ];
  for (const [script, pattern] of cases) {
    const error = errorOf(script);
    assert.match(error.message, pattern, script);
    assert.equal(error.sqlstate, '42601', script);
    assert.equal(typeof error.fields.offset, 'number');
  }
});

test('nesting beyond the maximum is refused with a code', () => {
  const deepType = `${'STRUCT(a '.repeat(100_000)}INT${')'.repeat(100_000)}`;
  const deepExpression = `${'('.repeat(100_000)}1${')'.repeat(100_000)}`;
  for (const parameter of [`a ${deepType}`, `a INT DEFAULT ${deepExpression}`]) {
    const error = errorOf(`CREATE PROCEDURE p(${parameter}) ${BASE} ${MODULE}`);
    assert.equal(error.sqlstate, '54000');
    assert.equal(typeof error.fields.offset, 'number');
  }
});

test('parts of a statement are found again by their path', () => {
  const script = `SELECT 1; CREATE PROCEDURE p(a INT, b VARCHAR := 'x') ${BASE} CAPABILITIES
    ('read:a', 'read:b') ${MODULE}`;
  const offsets = parseStatement(statementsOf(script)[1] ?? assert.fail())?.offsets;
  const at = (path: string): string => script.slice(offsets?.get(path) ?? assert.fail(path));
  assert.match(at('name'), /^p\(/);
  assert.match(at('parameters[1].type'), /^VARCHAR/);
  assert.match(at('parameters[1].default'), /^'x'/);
  assert.match(at('capabilities[1]'), /^'read:b'/);
  assert.match(at('returns'), /^BIGINT/);
  assert.match(at('module'), /^'AGFz/);
});

test('the engine receives snake case, the same names in the same order', () => {
  assert.equal(
    encodeStatement(parseCreate(`${BASE} SET ("someName" = 1) ${MODULE}`, 'theId INT')),
    '{"kind":"create_procedure","or_replace":false,"if_not_exists":false,"schema":null,' +
      '"name":"p","parameters":[{"name":"theId","type":"INT","default":null}],' +
      '"returns":"BIGINT","language":"wasm","capabilities":null,"volatility":null,' +
      '"null_call":null,"entry":null,"on_error":null,"strict_visibility":false,' +
      '"comment":null,"options":{"somename":1},"module":{"kind":"base64","text":null}}',
  );
});
