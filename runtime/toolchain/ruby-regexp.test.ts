/** Regular expressions in Ruby: what they answer is what Ruby itself answered. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { parse } from 'yaml';
import { RubyPrograms } from './fixtures/ruby-programs.ts';

interface Group {
  readonly title: string;
  readonly cases: readonly { readonly value: string; readonly is: string }[];
}

const GROUPS: readonly Group[] = parse(
  readFileSync(new URL('ruby-regexp.cases.yaml', import.meta.url), 'utf8'),
);
const SEPARATOR = '\u0001';

let ruby: RubyPrograms;

before(async () => {
  ruby = await RubyPrograms.open();
});

after(async () => {
  await ruby.close();
});

/** What each of some expressions is, in one program, as `inspect` shows it. */
async function inspected(expressions: readonly string[]): Promise<readonly string[]> {
  const blocks = expressions.map((expression) => `-> { ${expression} }`);
  const body = `[\n${blocks.join(',\n')}\n].map do |block|
    block.call.inspect
  rescue StandardError => error
    "#{error.class}: #{error.message}"
  end.join("\\u0001")`;
  return (await ruby.result(body)).split(SEPARATOR);
}

for (const { title, cases } of GROUPS) {
  test(title, async () => {
    const found = await inspected(cases.map(({ value }) => value));
    const shown = cases.map(({ value }, index) => ({ value, is: found[index] }));
    assert.deepEqual(shown, cases);
  });
}

test('what Ruby has and this engine has not is refused by its name', async () => {
  const refused: readonly (readonly [pattern: string, reason: RegExp])[] = [
    ['\\G', /^\\G is not there in a procedure: /],
    ['\\X', /^\\X is not there/],
    ['(?~a)', /^an absence operator \(\?~…\) is not there/],
    ['(a)?(?(1)b|c)', /^a conditional \(\?\(…\)…\) is not there/],
    ['(a)\\g<1>', /^a call of a group \\g<…> is not there/],
    ['(?u:a)', /^an option a, d or u of a group is not there/],
    ['(a)++', /^a possessive repetition of a group, .* is not there/],
    ['(?<=(?>a))b', /^an atomic group in a look-behind is not there/],
    ['\\M-a', /^a meta character is not there/],
  ];
  const found = await inspected(refused.map(([pattern]) => `Regexp.new('${pattern}')`));
  refused.forEach(([, reason], index) => {
    assert.match((found[index] ?? '').replace(/^RegexpError: /, ''), reason);
  });
});

test('what a literal cannot be is an error where it stands', async () => {
  const { error } = await ruby.run('def g = "a" =~ /(/\ndef f\n  g\nend\n');
  assert.match(error?.message ?? '', /unmatched parenthesis: \/\(\/ \(RegexpError\)/);
  assert.match(error?.stack ?? '', /^source\.rb:1:in g\nsource\.rb:3:in f/m);
});

test('bytes are matched as bytes, and what is no text as no character', async () => {
  const [bytes, place, rest, broken] = await inspected([
    '"\\xffa\\xfe".b =~ /a/',
    '"é".b =~ /\\z/',
    '"\\x00\\xff\\x01".b[/\\xff(.)/n, 1].bytes',
    '["a\\xffb".scan(/./).size, "a\\xffb" =~ /b/, "\\xff" =~ /[^a]/, "\\xff" =~ /\\p{L}/]',
  ]);
  assert.deepEqual([bytes, place, rest, broken], ['1', '2', '[1]', '[3, 2, 0, nil]']);
});

test('methods of String are found by their other names too', async () => {
  const found = await inspected([
    'String.alias_method(:place_of, :index); ["abc".place_of(/c/), "abc".place_of("b")]',
    '["abc".method(:slice).call(/b./), "abc".method(:split).call("b"), "abc".send(:index, /c/)]',
    '["abc".b[1..].bytes, "abc".b[0], "abc".b[1, 2]]',
  ]);
  assert.deepEqual(found, ['[2, 1]', '["bc", ["a", "c"], 2]', '[[98, 99], 97, "bc"]']);
});

test('a pattern nested without end is an error', async () => {
  const found = await inspected([
    'Regexp.new("(?:" * 100_000 + ")" * 100_000)',
    'Regexp.new("[" * 100_000 + "a" + "]" * 100_000)',
    'Regexp.new("(a)" * 300)',
    // Each becomes three groups.
    '("a" * 9)[Regexp.new("(?>" * 198 + "a+" + ")" * 198)]',
    '"a"[Regexp.new("[" * 198 + "a" + "]" * 198)]',
  ]);
  assert.match(found[0] ?? '', /^RegexpError: too deep nest level/);
  assert.match(found[1] ?? '', /^RegexpError: too deep nest level/);
  assert.match(found[2] ?? '', /^RegexpError: too many groups/);
  assert.deepEqual(found.slice(3), ['"aaaaaaaaa"', '"a"']);
});

test('the last match is that of the call', async () => {
  assert.equal(await ruby.result('"a" =~ /a/\n$~ = nil\n[$1, $~, $&].inspect'), '[nil, nil, nil]');
  // Literals are one object as long as they are kept, and many of them do not fill the memory.
  assert.equal(
    await ruby.result(`first = nil
same = 3.times.map { (first ||= /x/).equal?(/x/) }
5000.times { |index| "y" =~ /#{index}/ }
same.uniq.inspect`),
    '[true]',
  );
});
