import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';

/** The numbers of the contract by section, such as `value_types` → `bigint` → 5. */
async function contract(): Promise<Map<string, Map<string, number>>> {
  const text = await readFile(new URL('../abi/procedure-abi.yaml', import.meta.url), 'utf8');
  const sections = new Map<string, Map<string, number>>();
  let section = new Map<string, number>();
  for (const line of text.split('\n')) {
    const title = /^(\w+):/.exec(line)?.[1];
    if (title !== undefined) {
      section = new Map();
      sections.set(title, section);
    }
    const entry = /^ {2}- \{ name: (\w+), number: (-?\d+)/.exec(line);
    if (entry !== null) section.set(entry[1] ?? '', Number(entry[2]));
  }
  return sections;
}

interface Bindings {
  readonly file: string;
  /** Section of the contract → the text in which its constants stand. */
  readonly sections: Readonly<Record<string, RegExp>>;
  /** A constant's name and number. */
  readonly constant: RegExp;
}

const SDKS: readonly Bindings[] = [
  {
    file: '../../sdk/rust/heliosdb-wasm-sdk/src/generated.rs',
    sections: {
      value_formats: /mod value_format \{[^}]*\}/,
      value_types: /mod value_type \{[^}]*\}/,
      message_pack_extensions: /mod extension \{[^}]*\}/,
    },
    constant: /const (\w+): \w+ = (\d+)/g,
  },
  {
    file: '../../sdk/js/engine/procedure_abi.h',
    sections: {
      value_formats: /enum \{ FORMAT_[^}]*\}/,
      value_types: /enum \{\s*TYPE_[^}]*\}/,
      message_pack_extensions: /enum \{\s*EXT_[^}]*\}/,
    },
    constant: /(?:FORMAT|TYPE|EXT)_(\w+) = (\d+)/g,
  },
  {
    file: '../../sdk/c/heliosdb.h',
    sections: {
      value_types: /enum \{\s*HELIOSDB_TYPE_[^}]*\}/,
      message_pack_extensions: /enum \{\s*HELIOSDB_EXT_[^}]*\}/,
    },
    constant: /HELIOSDB_(?:TYPE|EXT)_(\w+) = (\d+)/g,
  },
  {
    file: '../../sdk/go/abi.go',
    sections: {
      value_types: /const \(\s*typeBoolean[^)]*\)/,
      message_pack_extensions: /const \(\s*extDecimal[^)]*\)/,
    },
    constant: /(?:type|ext)([A-Z]\w*) += (\d+)/g,
  },
];

for (const { file, sections, constant } of SDKS) {
  test(`the numbers in ${file.replaceAll('../', '')} are those of the contract`, async () => {
    const numbers = await contract();
    const text = await readFile(new URL(file, import.meta.url), 'utf8');
    for (const [section, pattern] of Object.entries(sections)) {
      const block = pattern.exec(text)?.[0] ?? '';
      const found = [...block.matchAll(constant)];
      assert.ok(found.length > 1, `no constants for ${section}`);
      for (const [, name = '', number] of found) {
        const agreed = numbers.get(section)?.get(snakeCase(name));
        assert.equal(Number(number), agreed, `${section}: ${name}`);
      }
    }
    // A guest that does not know an encoding could not read every column.
    const known = sections.message_pack_extensions?.exec(text)?.[0].match(/= +\d+/g)?.length;
    assert.equal(known, numbers.get('message_pack_extensions')?.size);
  });
}

/** `TIMESTAMP_TZ` and `TimestampTz` are both `timestamp_tz`. */
function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
