/** What the SDKs declare is what the contract says: numbers, and the functions they import. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CONTRACT_PATH, parseContract, wasmSignature } from './contract.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const contract = parseContract(read(CONTRACT_PATH));

type Section = 'status_codes' | 'value_formats' | 'value_types' | 'message_pack_extensions';

/** A C prototype behind the attribute that names its import. */
const C_DECLARATION =
  /HOST\((?<name>heliosdb_\w+)\)\s+(?<result>\w+(?: void)?) \w+\((?<parameters>[^)]*)\);/g;

interface Bindings {
  readonly file: string;
  /** The file that declares the imports, where it is another. */
  readonly imports?: string;
  /** Section of the contract → the text in which its constants stand. */
  readonly sections: Readonly<Partial<Record<Section, RegExp>>>;
  /** A constant's name and number. */
  readonly constant: RegExp;
  /** A function's import: its name, its parameters, its result. */
  readonly declaration: RegExp;
}

const SDKS: readonly Bindings[] = [
  {
    file: 'sdk/rust/heliosdb-wasm-sdk/src/generated.rs',
    imports: 'sdk/rust/heliosdb-wasm-sdk/src/host.rs',
    sections: {
      status_codes: /mod status \{[^}]*\}/,
      value_formats: /mod value_format \{[^}]*\}/,
      value_types: /mod value_type \{[^}]*\}/,
      message_pack_extensions: /mod extension \{[^}]*\}/,
    },
    constant: /const (\w+): \w+ = (\d+)/g,
    declaration: /pub fn (?<name>heliosdb_\w+)\((?<parameters>[^)]*)\)(?: -> (?<result>[\w!]+))?;/g,
  },
  {
    file: 'sdk/engine/procedure_abi.h',
    sections: {
      status_codes: /enum \{\s*STATUS_[^}]*\}/,
      value_formats: /enum \{ FORMAT_[^}]*\}/,
      value_types: /enum \{\s*TYPE_[^}]*\}/,
      message_pack_extensions: /enum \{\s*EXT_[^}]*\}/,
    },
    constant: /(?:STATUS|FORMAT|TYPE|EXT)_(\w+) = (\d+)/g,
    declaration: C_DECLARATION,
  },
  {
    file: 'sdk/c/heliosdb.h',
    sections: {
      status_codes: /enum \{\s*HELIOSDB_OK[^}]*\}/,
      value_types: /enum \{\s*HELIOSDB_TYPE_[^}]*\}/,
      message_pack_extensions: /enum \{\s*HELIOSDB_EXT_[^}]*\}/,
    },
    constant: /HELIOSDB_(?:TYPE_|EXT_)?(\w+) = (\d+)/g,
    declaration: C_DECLARATION,
  },
  {
    file: 'sdk/go/abi.go',
    imports: 'sdk/go/host_wasm.go',
    sections: {
      status_codes: /const \(\s*statusOK[^)]*\)/,
      value_types: /const \(\s*typeBoolean[^)]*\)/,
      message_pack_extensions: /const \(\s*extDecimal[^)]*\)/,
    },
    constant: /(?:status|type|ext)([A-Z]\w*) += (\d+)/g,
    declaration:
      /go:wasmimport heliosdb (?<name>\w+)\nfunc \w+\((?<parameters>[^)]*)\)(?: (?<result>\w+))?/g,
  },
  {
    file: 'sdk/java/src/main/java/io/heliosdb/wasm/Contract.java',
    imports: 'sdk/java/src/main/java/io/heliosdb/wasm/Host.java',
    sections: {
      status_codes: /STATUS_OK[^}]*?STATUS_MISMATCH[^;]*;/,
      value_types: /TYPE_BOOLEAN[^}]*?TYPE_MESSAGE_PACK[^;]*;/,
      message_pack_extensions: /EXT_DECIMAL[^}]*?EXT_TIMESTAMP_NS[^;]*;/,
    },
    constant: /(?:STATUS|TYPE|EXT)_(\w+) = (\d+)/g,
    declaration:
      /name = "(?<name>\w+)"\)\s+(?:private )?static native (?<result>\w+) \w+\((?<parameters>[^)]*)\)/g,
  },
];

for (const { file, sections, constant } of SDKS) {
  test(`the numbers in ${file} are those of the contract`, () => {
    const text = read(file);
    for (const [section, pattern] of Object.entries(sections)) {
      const block = pattern.exec(text)?.[0] ?? '';
      const found = [...block.matchAll(constant)];
      assert.ok(found.length > 1, `no constants for ${section}`);
      for (const [, name = '', number] of found) {
        const agreed = contract[section as Section].find((each) => each.name === snakeCase(name));
        assert.equal(Number(number), agreed?.number, `${section}: ${name}`);
      }
    }
    // A guest that does not know an encoding could not read every column.
    const known = sections.message_pack_extensions?.exec(text)?.[0].match(/= +\d+/g)?.length;
    assert.equal(known, contract.message_pack_extensions.length);
  });
}

for (const { file, imports = file, declaration } of SDKS) {
  test(`the functions that ${imports} imports are those of the contract`, () => {
    const found = [...read(imports).matchAll(declaration)];
    assert.ok(found.length > 8, 'the declarations were not found');
    for (const { groups = {} } of found) {
      const { name = '', parameters = '', result } = groups;
      const agreed = contract.functions.find((each) => each.name === name);
      assert(agreed !== undefined, `${name} is not in the contract`);
      const { parameters: expected, results } = wasmSignature(contract, agreed);
      assert.deepEqual(parameterTypes(parameters), expected, name);
      assert.deepEqual(resultTypes(result), results, name);
    }
  });
}

/** What a declaration's parameters are in WebAssembly, whichever of the languages wrote it. */
function parameterTypes(parameters: string): string[] {
  return parameters
    .split(',')
    .map((parameter) => parameter.trim())
    .filter((parameter) => parameter !== '' && parameter !== 'void')
    .map(wasmType);
}

function resultTypes(result: string | undefined): string[] {
  const isNothing = result === undefined || /^(void|_Noreturn void|!)$/.test(result);
  return isNothing ? [] : [wasmType(result)];
}

function wasmType(declared: string): string {
  if (/\*|Pointer|^Address\b/.test(declared)) return 'i32';
  if (/\b(u?int64(_t)?|[iu]64|long)\b/.test(declared)) return 'i64';
  if (/\b(f64|double|float64)\b/.test(declared)) return 'f64';
  assert.match(declared, /\b(u?int(32(_t)?)?|[iu]32)\b/, `the type of ${declared} is not known`);
  return 'i32';
}

/** `TIMESTAMP_TZ`, `TimestampTz` and `OK` are `timestamp_tz` and `ok`. */
function snakeCase(name: string): string {
  return name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toLowerCase();
}
