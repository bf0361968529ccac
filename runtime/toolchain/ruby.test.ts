import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { HeliosError } from '#core';
import { decimal } from './fixtures/message-pack.ts';
import { RUBY_ENGINE, RUBY_NAMESPACE, RubyPrograms, textOf } from './fixtures/ruby-programs.ts';
import { readEngine } from './run-engine.ts';

let ruby: RubyPrograms;

before(async () => {
  ruby = await RubyPrograms.open();
});

after(async () => {
  await ruby.close();
});

async function refusal(text: string, name?: string): Promise<HeliosError> {
  const error = await ruby.compile(text, name).then(
    () => null,
    (cause: unknown) => cause,
  );
  assert.ok(HeliosError.isInstance(error), String(error));
  return error;
}

test('the engine is the one whose checksum is beside it', async () => {
  const facts = JSON.parse(await readFile(new URL('engine.json', RUBY_ENGINE), 'utf8'));
  const sha256 = createHash('sha256')
    .update(await readEngine(RUBY_ENGINE))
    .digest('hex');
  assert.equal(facts.sha256, sha256);
  assert.equal(facts.namespace, RUBY_NAMESPACE);
});

test('comments give the signature, in the order of the source', async () => {
  const { procedures, imports } = await ruby.compile(`# frozen_string_literal: true

# Adds up
# what it is given
#
# @param [Array<Integer>] list the numbers
# @param scale [DECIMAL(12,2)] how many digits
# @param [String, nil] label
# @param [Hash{String => Integer}] options
# @return [Float]
def second(list, scale, label = nil, options = {})
  list.sum
end

# @return [Boolean] whether
# @param [Date] day
#   that goes on here
def first(day) = true

def untyped(x, y) = x

def _hidden = 1

private

def also_hidden = 1

public

private def third = 1

class Other
  def method_of_a_class = 1
end
`);
  const plain = { nullable: false };
  assert.deepEqual(procedures, [
    {
      name: 'second',
      comment: 'Adds up what it is given',
      parameters: [
        { name: 'list', type: 'BIGINT[]', ...plain },
        { name: 'scale', type: 'DECIMAL(12,2)', ...plain },
        { name: 'label', type: 'VARCHAR', nullable: true },
        { name: 'options', type: 'JSON', ...plain },
      ],
      returns: 'DOUBLE',
    },
    {
      name: 'first',
      comment: null,
      parameters: [{ name: 'day', type: 'DATE', ...plain }],
      returns: 'BOOLEAN',
    },
    {
      name: 'untyped',
      comment: null,
      parameters: [
        { name: 'x', type: null, ...plain },
        { name: 'y', type: null, ...plain },
      ],
      returns: null,
    },
  ]);
  assert.deepEqual(
    imports.filter(({ module }) => module !== RUBY_NAMESPACE),
    [],
  );
});

test('a program is given what its source names, and no more', async () => {
  const imported = async (body: string): Promise<string[]> => {
    const { imports } = await ruby.compile(`def f\n${body}\nend\n`);
    return imports.filter(({ module }) => module !== RUBY_NAMESPACE).map(({ name }) => name);
  };
  assert.deepEqual(await imported('heliosdb_query("SELECT 1")'), ['heliosdb_query_params']);
  assert.deepEqual(await imported('heliosdb_begin_tx'), ['heliosdb_begin_tx']);
  assert.deepEqual(await imported('Time.now.to_i'), ['heliosdb_now']);
  assert.deepEqual(await imported('[1].sample'), ['random_get']);
  assert.deepEqual(await imported('"strand"'), []);
});

test('what is no procedure is refused with a reason', async () => {
  assert.match((await refusal('def f(\n')).detail ?? '', /^source\.rb:\d+: syntax error/);
  assert.match((await refusal('x = 1\n')).message, /defines no method/);
  assert.match((await refusal('')).message, /defines no method/);
  assert.match((await refusal('def f(*all) = 1\n')).detail ?? '', /f takes \*all: SQL/);
  assert.match((await refusal('def f(a:) = 1\n')).detail ?? '', /f takes keywords: SQL/);
  assert.match(
    (await refusal('require "net/http"\ndef f = 1\n')).detail ?? '',
    /requires net\/http/,
  );
  assert.match(
    (await refusal('require_relative "absent"\ndef f = 1\n')).detail ?? '',
    /there is no file absent\.rb/,
  );
  assert.match(
    (await refusal('raise "at once"\ndef f = 1\n')).detail ?? '',
    /^at once\nsource\.rb:1/,
  );
});

test('files beside the source are joined to it, and run once', async () => {
  await ruby.write('parts/deep.rb', '$count = ($count || 0) + 1\nDEEP = 40\n');
  await ruby.write('tax rate.rb', 'require_relative "parts/deep"\ndef _rate = DEEP + 1\n');
  const outcome = await ruby.run(`require "json"
require_relative './parts/deep.rb'
require_relative "tax rate"
def f = (_rate + $count).to_s
`);
  assert.equal(textOf(outcome), '42');
});

test('numbers keep their digits', async () => {
  assert.equal(await ruby.result('(2**64 + 1).to_s'), '18446744073709551617');
  assert.equal(await ruby.result('Integer("12345678901234567890").to_s'), '12345678901234567890');
  assert.equal(await ruby.result('(p0 * 3).to_s', [decimal('0.10')]), '0.30');
  assert.equal(await ruby.result('(1 + p0).to_s', [decimal('0.10')]), '1.10');
  assert.equal(await ruby.result('(p0 / 3).to_s', [decimal('10')]), '3.333333333333333333');
  assert.equal(await ruby.result('p0.round(2).to_s', [decimal('-2.345')]), '-2.35');
  assert.equal(await ruby.result('(2 > p0).to_s', [decimal('1.5')]), 'true');
  assert.equal(await ruby.result('[p0, 1].max.to_s', [decimal('1.5')]), '1.5');
});

test('JSON and dates are there', async () => {
  assert.equal(
    await ruby.result('JSON.generate(a: [1, nil, 2.5, true, "x\\"\\n雪"], "b" => { c: :d })'),
    '{"a":[1,null,2.5,true,"x\\"\\n雪"],"b":{"c":"d"}}',
  );
  assert.equal(
    await ruby.result(`JSON.parse('{"a":["\\u00e9\\ud83d\\ude00",-7]}')["a"].join`),
    'é😀-7',
  );
  assert.equal(
    await ruby.result(`begin; JSON.parse('[1,'); rescue JSON::ParserError => e; e.message; end`),
    'the JSON text ends too early',
  );
  assert.equal(await ruby.result('(Date.new(2024, 1, 31) >> 1).to_s'), '2024-02-29');
  assert.equal(
    await ruby.result('Date.parse("0001-03-01").prev_day.strftime("%A %d.%m.%Y")'),
    'Wednesday 28.02.0001',
  );
  assert.equal(
    await ruby.result('Date.new(2024, 2, 30)\nrescue ArgumentError => e\ne.message'),
    'invalid date',
  );
});

test('recursion without end is an exception, whatever it goes through', async () => {
  const bodies = [
    'g = ->(n) { g.(n + 1) }\ng.(0)',
    'x = Object.new\ndef x.to_s = "#{self}"\nx.to_s',
    'k = Class.new { define_method(:==) { |other| [self] == [other] } }\nk.new == k.new',
    'x = Object.new\ndef x.method_missing(*) = other\nx.some',
  ];
  for (const body of bodies) {
    assert.equal(
      await ruby.result(`begin\n${body}\nrescue SystemStackError\n"caught"\nend`),
      'caught',
    );
  }
});

test('an exception has a message, a code and a stack', async () => {
  const outcome = await ruby.run(`class Own < StandardError
  def code = 7
end
def g = raise(Own, "not so")
def f
  g
end
`);
  assert.equal(outcome.error?.code, 7);
  assert.equal(outcome.error?.message, 'not so (Own)');
  assert.match(outcome.error?.stack ?? '', /^source\.rb:4:in g\nsource\.rb:6:in f/m);
});
