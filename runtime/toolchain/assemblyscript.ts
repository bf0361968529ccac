/** Compiles AssemblyScript, in files called `.as.ts`, with its own compiler `asc`. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import { describeModule } from './describe-module.ts';
import { findDeclaration, splitTopLevel } from './javascript-signature.ts';
import type { Toolchain } from './language.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runCompiler, runTool } from './run-tool.ts';
import { readSource } from './source.ts';
import type { ParameterSignature, ProcedureSignature } from './wasm-module.ts';

const SDK_DIRECTORY = fileURLToPath(new URL('../../sdk/assemblyscript', import.meta.url));
const OWN_COMPILER = fileURLToPath(new URL('../../node_modules/.bin/asc', import.meta.url));

/** Numbers of WebAssembly by the names that AssemblyScript gives them. */
const SQL_TYPES: Readonly<Record<string, string>> = {
  bool: 'BOOLEAN',
  i8: 'TINYINT',
  i16: 'SMALLINT',
  i32: 'INTEGER',
  i64: 'BIGINT',
  isize: 'INTEGER',
  u8: 'UTINYINT',
  u16: 'USMALLINT',
  u32: 'UINTEGER',
  u64: 'UBIGINT',
  usize: 'UINTEGER',
  f32: 'FLOAT',
  f64: 'DOUBLE',
  number: 'DOUBLE',
  string: 'VARCHAR',
  Uint8Array: 'BLOB',
};
/** What has no SQL type of its own, and yet can be passed. */
const ANY_TYPE = 'Value';

export const assemblyscript: Toolchain = {
  language: 'assemblyscript',
  marking: null,
  accepts: (source, isDirectory) => !isDirectory && source.endsWith('.as.ts'),
  async compile({ source, output, environment, onDiagnostics }) {
    const compiler = await findCompiler(source, environment);
    const text = await readSource(source, 'assemblyscript');
    const procedures = readProcedures(text);
    if (procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source exports no function',
        detail: source,
        hint: 'Write "export function name(…): …" in front of what SQL shall call.',
      });
    }
    const work = await mkdtemp(join(tmpdir(), 'heliosdb-as-'));
    try {
      const entry = join(work, 'entry.ts');
      const imported = relative(work, source).replaceAll('\\', '/').replace(/\.ts$/, '');
      await writeFile(entry, entryOf(imported, procedures));
      const flags = ['--lib', SDK_DIRECTORY, '-O', '--runtime', 'incremental'];
      flags.push('--use', 'abort=~lib/heliosdb/values/abort');
      await runCompiler('assemblyscript', compiler, [entry, '-o', output, ...flags], {
        environment,
        directory: dirname(source),
        onOutput: onDiagnostics,
        // The compiler starts from a file elsewhere and names the source as seen from there.
        rewrite: (output) =>
          output.replaceAll(/(?:\.\.\/)+([^(\n]+)/g, (seen, path: string) =>
            source.endsWith(`/${path}`) ? source : seen,
          ),
      });
    } finally {
      await rm(work, { recursive: true });
    }
    await describeModule(
      output,
      procedures.map(({ signature }) => signature),
    );
    const { stdout } = await runTool(compiler, ['--version'], { environment });
    return `AssemblyScript ${stdout.replace(/^Version\s*/, '').trim()}`;
  },
};

/** `asc` of the source's project, else of the search path, else this checkout's. */
async function findCompiler(source: string, environment: Environment): Promise<string> {
  const folders: string[] = [];
  for (let folder = dirname(source); ; folder = dirname(folder)) {
    folders.push(join(folder, 'node_modules', '.bin', 'asc'));
    if (folder === dirname(folder)) break;
  }
  const path = await findTool([...folders, 'asc', OWN_COMPILER], environment);
  if (path !== null) return path;
  throw new HeliosError('toolchain_missing', {
    message: 'compiling AssemblyScript needs its compiler asc, which is not installed',
    hint: 'Run "npm install assemblyscript" in the folder of the source.',
    fields: { tool: 'asc' },
  });
}

interface Procedure {
  readonly signature: ProcedureSignature;
  /** The declared types, in order; null for a function that returns nothing. */
  readonly types: readonly string[];
  readonly returns: string | null;
}

function readProcedures(source: string): readonly Procedure[] {
  const names = [...source.matchAll(/^export\s+function\s+([A-Za-z_]\w*)\s*\(/gm)];
  return names.map(([, name = '']) => {
    const declaration = findDeclaration(source, name);
    const parts = splitTopLevel(declaration?.parameters ?? '').map((part) => {
      const [, parameter = part, type = ''] = /^(\w+)\s*:\s*([\s\S]+?)(?:=.*)?$/.exec(part) ?? [];
      return { parameter, type: type.trim() };
    });
    for (const { parameter, type } of parts) checkType(type, `parameter ${parameter} of ${name}`);
    const declared = declaration?.returns?.trim() ?? 'void';
    const returns = declared === 'void' ? null : declared;
    if (returns !== null) checkType(returns, `the result of ${name}`);
    return {
      signature: {
        name,
        comment: declaration === null ? null : firstParagraph(declaration.documentation),
        parameters: parts.map(({ parameter, type }) => signatureOf(parameter, type)),
        returns: returns === null ? 'BOOLEAN' : signatureOf('', returns).type,
      },
      types: parts.map(({ type }) => type),
      returns,
    };
  });
}

const NULLABLE = /\s*\|\s*null$/;

function checkType(type: string, what: string): void {
  const plain = type.replace(NULLABLE, '');
  const isNullable = plain !== type;
  const isReference = plain === 'string' || plain === 'Uint8Array' || plain === ANY_TYPE;
  if ((SQL_TYPES[plain] !== undefined || plain === ANY_TYPE) && (isReference || !isNullable))
    return;
  throw new HeliosError('compile_failed', {
    message: `${what} cannot be a ${type || 'value without a type'}`,
    hint: 'Take integers, floats, bool, string, Uint8Array, or Value, which may be NULL too.',
    fields: { language: 'assemblyscript' },
  });
}

function signatureOf(name: string, type: string): ParameterSignature {
  const plain = type.replace(NULLABLE, '');
  return { name, type: SQL_TYPES[plain] ?? null, nullable: plain !== type || plain === ANY_TYPE };
}

function firstParagraph(documentation: string): string | null {
  const [first = ''] = documentation.split(/\n\s*\n|^\s*@/m);
  return first.replaceAll(/\s+/g, ' ').trim() || null;
}

/** What the compiler starts from: an export without parameters for every function. */
function entryOf(source: string, procedures: readonly Procedure[]): string {
  const names = procedures.map(({ signature: { name } }) => name);
  const usesValue = procedures.some(({ types, returns }) =>
    [...types, returns ?? ''].some((type) => type.startsWith(ANY_TYPE)),
  );
  const sdk = ['give', 'parameter', ...(usesValue ? [ANY_TYPE] : [])];
  const bodies = procedures.map(({ signature: { name }, types, returns }) => {
    const values = types.map((type, index) => `parameter<${type}>(${index})`);
    const call = `own_${name}(${values.join(', ')})`;
    const body = returns === null ? call : `give<${returns}>(${call})`;
    return `export function ${name}(): void { ${body}; }`;
  });
  return [
    `import { ${sdk.join(', ')} } from "heliosdb";`,
    `import { ${names.map((name) => `${name} as own_${name}`).join(', ')} } from "${source}";`,
    'export { heliosdb_abi_version, heliosdb_value_format } from "heliosdb";',
    ...bodies,
    '',
  ].join('\n');
}
