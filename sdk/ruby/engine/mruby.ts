/** What mruby's own build does, as far as the engine needs it: which files, and prepared symbols. */

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Extensions of mruby that a procedure can use, in the order in which they start. */
const GEMS = [
  ...['compar-ext', 'enum-ext', 'string-ext', 'numeric-ext', 'array-ext', 'hash-ext', 'range-ext'],
  ...['proc-ext', 'symbol-ext', 'object-ext', 'kernel-ext', 'class-ext', 'toplevel-ext'],
  ...['sprintf', 'fiber', 'enumerator', 'enum-lazy', 'enum-chain', 'set', 'struct', 'data', 'time'],
  ...['random', 'math', 'rational', 'complex', 'pack', 'metaprog', 'method', 'error', 'catch'],
];
/** Parts of mruby that are no program of their own but compiled with it. */
const CORE_PARTS = ['mrbgems/mruby-compiler/core', 'mrbgems/mruby-bigint/core'];
const NOT_COMPILED = /^(lex\.def|parse\.y)$/;

export interface Library {
  /** All C files of mruby and its extensions. */
  readonly files: readonly string[];
  readonly includes: readonly string[];
  /** The C file that `library.h` describes. */
  readonly source: string;
}

function namesIn(folder: string, end: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(end) && !NOT_COMPILED.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** Lists what the engine is made of, and writes the Ruby parts into a C file. */
export function collectLibrary(mruby: string, sdk: readonly string[]): Library {
  const folder = (gem: string): string => join(mruby, 'mrbgems', `mruby-${gem}`);
  const concatenated = (files: readonly string[]): string =>
    files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const gems = GEMS.map((gem) => ({
    gem,
    name: `mruby_${gem.replaceAll('-', '_')}`,
    files: namesIn(join(folder(gem), 'src'), '.c'),
    ruby: concatenated(namesIn(join(folder(gem), 'mrblib'), '.rb')),
  }));
  const texts: string[] = [];
  const text = (name: string, ruby: string): string => {
    const file = join(mruby, `${name}.library.rb`);
    writeFileSync(file, ruby);
    // A text that ends with a zero; an empty file has no bytes to embed.
    const bytes = ruby === '' ? '0' : `\n#embed "${file}"\n, 0`;
    texts.push(`static const char ${name}[] = {${bytes}};`);
    return `${name}, sizeof ${name} - 1`;
  };
  const entries = gems.map(({ name, files, ruby }) => {
    const start = files.length === 0 ? 'NULL' : `mrb_${name}_gem_init`;
    return `  {"${name}", ${start}, ${text(name, ruby)}},`;
  });
  const parts = sdk.map(
    (file, index) => `  {"sdk", NULL, ${text(`sdk_${index}`, readFileSync(file, 'utf8'))}},`,
  );
  text('core_library', concatenated(namesIn(join(mruby, 'mrblib'), '.rb')));
  const starts = gems
    .filter(({ files }) => files.length > 0)
    .map(({ name }) => `void mrb_${name}_gem_init(mrb_state *mrb);`);
  return {
    files: [
      ...namesIn(join(mruby, 'src'), '.c'),
      ...CORE_PARTS.flatMap((part) => namesIn(join(mruby, part), '.c')),
      ...gems.flatMap(({ files }) => files),
    ],
    includes: [
      ...GEMS.map((gem) => join(folder(gem), 'include')).filter((path) => existsSync(path)),
      ...CORE_PARTS.map((part) => join(mruby, part)),
      join(mruby, 'src'),
    ],
    source: [
      '#include "library.h"',
      ...starts,
      ...texts,
      'const char *const CORE_LIBRARY = core_library;',
      'const size_t CORE_LENGTH = sizeof core_library - 1;',
      'const Gem GEMS[] = {',
      ...entries,
      '  {0}};',
      'const Gem SDK[] = {',
      ...parts,
      '  {0}};',
      '',
    ].join('\n'),
  };
}

const OPERATORS: Readonly<Record<string, string>> = {
  ...{ '!': 'not', '%': 'mod', '&': 'and', '*': 'mul', '+': 'add', '-': 'sub', '/': 'div' },
  ...{ '<': 'lt', '>': 'gt', '^': 'xor', '`': 'tick', '|': 'or', '~': 'neg', '!=': 'neq' },
  ...{ '!~': 'nmatch', '&&': 'andand', '**': 'pow', '+@': 'plus', '-@': 'minus', '<<': 'lshift' },
  ...{ '<=': 'le', '==': 'eq', '=~': 'match', '>=': 'ge', '>>': 'rshift', '[]': 'aref' },
  ...{ '||': 'oror', '<=>': 'cmp', '===': 'eqq', '[]=': 'aset' },
};
const PREFIXES: Readonly<Record<string, string>> = { '@@': 'CV', '@': 'IV' };
const SUFFIXES: Readonly<Record<string, string>> = { '!': '_B', '?': '_Q', '=': '_E' };

/**
 * Writes the headers of the symbols that mruby's C files name, so that none of them is looked up
 * when it runs. The files were preprocessed with MRB_PRESYM_SCANNING.
 */
export function writePreparedSymbols(mruby: string, preprocessed: readonly string[]): void {
  const found = new Set<string>();
  for (const text of preprocessed) {
    for (const [, part = ''] of text.matchAll(/<@! (.*?) !@>/gs)) {
      const literals = [...part.matchAll(/"((?:[^\\"]|\\.)*)"/g)].map((match) => match[1]);
      if (literals.length > 0) found.add(literals.join(''));
    }
  }
  const symbols = [...found].sort((left, right) =>
    left.length === right.length ? (left < right ? -1 : 1) : left.length - right.length,
  );
  const folder = join(mruby, 'include/mruby/presym');
  mkdirSync(folder, { recursive: true });
  const ids = symbols.flatMap((symbol, index) => {
    const name = macroOf(symbol);
    return name === null ? [] : [`  ${name} = ${index + 1},`];
  });
  writeFileSync(
    join(folder, 'id.h'),
    ['enum mruby_presym {', ...ids, '};', `#define MRB_PRESYM_MAX ${symbols.length}`, ''].join(
      '\n',
    ),
  );
  writeFileSync(
    join(folder, 'table.h'),
    [
      'static const uint16_t presym_length_table[] = {',
      ...symbols.map((symbol) => `  ${symbol.length},`),
      '};',
      'static const char * const presym_name_table[] = {',
      ...symbols.map((symbol) => `  "${symbol}",`),
      '};',
      '',
    ].join('\n'),
  );
}

function macroOf(symbol: string): string | null {
  const operator = OPERATORS[symbol];
  if (operator !== undefined) return `MRB_OPSYM__${operator}`;
  const [, prefix = '', name, suffix = ''] = /^(@@|@|)([A-Za-z_]\w*)([!?=]?)$/.exec(symbol) ?? [];
  if (name === undefined || (prefix !== '' && suffix !== '')) return null;
  return `MRB_${PREFIXES[prefix] ?? ''}SYM${SUFFIXES[suffix] ?? ''}__${name}`;
}

const PARSER = 'mrbgems/mruby-compiler/core/y.tab.c';
const CODE_GENERATOR = 'mrbgems/mruby-compiler/core/codegen.c';

/**
 * mruby parses regular expressions, which it has not: what the last match was is asked of the
 * SDK's class, names of groups become local variables, and a backslash in front of what ends a
 * literal stays where that means something in a pattern.
 */
function adaptToRegexp(mruby: string): void {
  const parser = join(mruby, PARSER);
  const generator = join(mruby, CODE_GENERATOR);
  replaceIn(
    parser,
    'static void\nargs_with_block(',
    '#include "match_locals.h"\n\nstatic void\nargs_with_block(',
  );
  replaceIn(
    parser,
    'call_bin_op(p, (yyvsp[-2].nd), "=~", (yyvsp[0].nd))',
    'new_match(p, (yyvsp[-2].nd), (yyvsp[0].nd))',
  );
  replaceIn(
    parser,
    `if (c == end || c == beg) {
          tokadd(p, c);`,
    `if ((type & STR_FUNC_REGEXP) ? c == end && !strchr("$*+.?^|)]}>", c)
                                     : (c == end || c == beg)) {
          tokadd(p, c);`,
  );
  replaceIn(
    generator,
    'static void\nraise_error(',
    '#include "match_references.h"\n\nstatic void\nraise_error(',
  );
  replaceIn(
    generator,
    `char buf[] = {'$', nchar(tree)};
      int sym = new_sym(s, mrb_intern(s->mrb, buf, sizeof(buf)));

      genop_2(s, OP_GETGV, cursp(), sym);
      push();`,
    `char sign[] = {nchar(tree), 0};
      gen_match_reference(s, sign, 0);`,
  );
  replaceIn(
    generator,
    `mrb_state *mrb = s->mrb;
      mrb_value str;
      int sym;

      str = mrb_format(mrb, "$%d", nint(tree));
      sym = new_sym(s, mrb_intern_str(mrb, str));
      genop_2(s, OP_GETGV, cursp(), sym);
      push();`,
    'gen_match_reference(s, NULL, nint(tree));',
  );
}

/**
 * mruby counts how deep methods call each other, not how much of C's stack that takes: here it
 * asks for that where C calls Ruby, and recursion is an exception and not a trap. It also takes an
 * Integer of more than 64 bits for one that goes on with other characters, loses keywords that
 * are given to a method without any, where they are a Hash, and indexes what is a kind of String
 * without asking its own method.
 */
export function adapt(mruby: string): void {
  adaptToRegexp(mruby);
  replaceIn(
    join(mruby, 'src/vm.c'),
    'if (ci - mrb->c->cibase > MRB_CALL_LEVEL_MAX) {',
    `extern mrb_bool hdb_stack_is_short(void);
    if (hdb_stack_is_short() || ci - mrb->c->cibase > MRB_CALL_LEVEL_MAX) {`,
  );
  replaceIn(
    join(mruby, 'src/vm.c'),
    `case MRB_TT_STRING:
        switch (mrb_type(vb)) {`,
    `case MRB_TT_STRING:
        if (mrb_basic_ptr(va)->c != mrb->string_class) goto getidx_fallback;
        switch (mrb_type(vb)) {`,
  );
  replaceIn(
    join(mruby, 'src/string.c'),
    `trailingbad(str, p, pend)) goto bad;
      return mrb_bint_new_str`,
    `trailingbad(str, p3, pend)) goto bad;
      return mrb_bint_new_str`,
  );
  replaceIn(
    join(mruby, 'src/vm.c'),
    'if ((a & ~0x7c0001) == 0 && argc < 15 && MRB_PROC_STRICT_P(proc)) {',
    'if ((a & ~0x7c0001) == 0 && argc < 15 && ci->nk == 0 && MRB_PROC_STRICT_P(proc)) {',
  );
}

function replaceIn(path: string, from: string, to: string): void {
  const source = readFileSync(path, 'utf8');
  if (!source.includes(from)) throw new Error(`${path} does not contain: ${from}`);
  writeFileSync(path, source.replaceAll(from, to));
}
