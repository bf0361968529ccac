/** Compiles Java and Kotlin with TeaVM, which turns their classes into a module. */

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { HeliosError } from '#core';
import { describeModule } from './describe-module.ts';
import { prepareJava } from './java-classes.ts';
import type { CompileRequest, Toolchain } from './language.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runCompiler, runTool } from './run-tool.ts';
import { ByteReader, ByteWriter, joinModule, SECTION, splitModule } from './wasm-binary.ts';
import type { ProcedureSignature } from './wasm-module.ts';

/** The first version with records. */
const VERSION_MIN = 17;
const INSTALL = 'On Debian: apt-get install openjdk-17-jdk-headless maven';

export const java: Toolchain = {
  language: 'java',
  marking: null,
  accepts: (source) => source.endsWith('.java'),
  compile: (request) => compile('java', request),
};

export const kotlin: Toolchain = {
  language: 'kotlin',
  marking: null,
  accepts: (source) => source.endsWith('.kt'),
  compile: (request) => compile('kotlin', request),
};

async function compile(language: 'java' | 'kotlin', request: CompileRequest): Promise<string> {
  const { source, output, environment, onDiagnostics } = request;
  const jdk = await findJdk(environment);
  const classes = await prepareJava({ language, jdk, environment, onDiagnostics, hint: INSTALL });
  const work = await mkdtemp(join(tmpdir(), 'heliosdb-java-'));
  try {
    const linked = join(work, 'module.wasm');
    const run = await runCompiler(
      language,
      jdk.java,
      [
        // The compiler lives for seconds: what it costs to be faster later is not earned back.
        '-XX:+UseSerialGC',
        '-XX:TieredStopAtLevel=1',
        '-cp',
        classes.join(delimiter),
        'io.heliosdb.wasm.compiler.Main',
        source,
        linked,
        work,
      ],
      { environment, onOutput: onDiagnostics },
    );
    const procedures = JSON.parse(run.stdout) as ProcedureSignature[];
    if (procedures.length === 0) {
      throw new HeliosError('invalid_function_definition', {
        message: 'the source marks no procedure',
        detail: source,
        hint:
          language === 'java'
            ? 'Write @HeliosdbProcedure above a static method.'
            : 'Write @HeliosdbProcedure above a function at the top level.',
      });
    }
    await writeFile(output, adapt(await readFile(linked), procedures));
    await describeModule(output, procedures);
  } finally {
    await rm(work, { recursive: true });
  }
  return `TeaVM, JDK ${jdk.version}`;
}

/** Programs of a JDK. */
export interface Jdk {
  readonly java: string;
  readonly javac: string;
  readonly version: string;
}

async function findJdk(environment: Environment): Promise<Jdk> {
  const home = environment.JAVA_HOME;
  const named = (tool: string) => [...(home ? [join(home, 'bin', tool)] : []), tool];
  const javaTool = await findTool(named('java'), environment);
  const javac = await findTool(named('javac'), environment);
  if (javaTool === null || javac === null) {
    throw new HeliosError('toolchain_missing', {
      message: 'compiling Java and Kotlin needs a JDK, which is not installed',
      hint: INSTALL,
      fields: { tool: 'javac' },
    });
  }
  const said = await runTool(javac, ['-version'], { environment });
  const version = /javac ([\d.]+)/.exec(`${said.stdout}${said.stderr}`)?.[1] ?? '0';
  if (Number.parseInt(version, 10) < VERSION_MIN) {
    throw new HeliosError('toolchain_outdated', {
      message: `compiling procedures needs JDK ${VERSION_MIN}, this is ${version}`,
      hint: INSTALL,
      fields: { tool: 'javac', required: String(VERSION_MIN), found: version },
    });
  }
  return { java: javaTool, javac, version };
}

/**
 * Makes of TeaVM's program a module with procedures: what it does at its start is done when it is
 * initialised, and of the exports, some forty of TeaVM's own, only those that matter stay.
 */
function adapt(bytes: Uint8Array, procedures: readonly ProcedureSignature[]): Uint8Array {
  const kept = new Map([
    ['memory', 'memory'],
    ['_start', '_initialize'],
    ['heliosdb_abi_version', 'heliosdb_abi_version'],
    ['heliosdb_value_format', 'heliosdb_value_format'],
    ...procedures.map(({ name }) => [name, name] as const),
  ]);
  const sections = splitModule(bytes).map((section) => {
    if (section.id !== SECTION.export) return section;
    const reader = new ByteReader(section.body);
    const entries: [name: string, kind: number, index: number][] = [];
    for (let left = reader.unsigned(); left > 0; left -= 1) {
      const name = kept.get(reader.name());
      const entry = [reader.byte(), reader.unsigned()] as const;
      if (name !== undefined) entries.push([name, ...entry]);
    }
    const writer = new ByteWriter().unsigned(entries.length);
    for (const [name, kind, index] of entries) writer.name(name).byte(kind).unsigned(index);
    return { id: section.id, body: writer.finish() };
  });
  return joinModule(sections);
}
