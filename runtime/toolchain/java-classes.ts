/** The classes that compiling Java and Kotlin takes: TeaVM's from Maven, the SDK's compiled once. */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeliosError } from '#core';
import { cacheDirectory } from './cache.ts';
import type { Jdk } from './java.ts';
import type { Environment } from './run-tool.ts';
import { findTool, runTool } from './run-tool.ts';

const SDK_DIRECTORY = fileURLToPath(new URL('../../sdk/java', import.meta.url));
/** Needs Kotlin's compiler to be compiled. */
const KOTLIN_ONLY = /KotlinSources\.java$/;
const OUTPUT_TAIL_BYTES = 4096;

interface PrepareOptions {
  readonly language: 'java' | 'kotlin';
  readonly jdk: Jdk;
  readonly environment: Environment;
  readonly onDiagnostics: (text: string) => void;
  /** What to install where something is missing. */
  readonly hint: string;
}

/** The class path of the SDK's compiler; made at the first call, when Maven fetches TeaVM. */
export async function prepareJava(options: PrepareOptions): Promise<readonly string[]> {
  const { language, jdk, environment } = options;
  const sources = await sourcesOf(SDK_DIRECTORY);
  const hash = createHash('sha256').update(`${language} ${jdk.version}`);
  for (const path of sources) hash.update(path).update(await readFile(path));
  const key = hash.digest('hex').slice(0, 12);
  const folder = join(cacheDirectory(environment), 'java', `${language}-${key}`);
  const isReady = await stat(folder).then(
    () => true,
    () => false,
  );
  if (!isReady) await make(folder, sources, options);
  // TeaVM's own class of a name that the SDK has, too, comes after it.
  return [join(folder, 'classes'), join(folder, 'kotlin'), join(folder, 'lib', '*')];
}

async function make(
  folder: string,
  sources: readonly string[],
  { language, jdk, environment, onDiagnostics, hint }: PrepareOptions,
): Promise<void> {
  const maven = await findTool(['mvn'], environment);
  if (maven === null) {
    throw new HeliosError('toolchain_missing', {
      message: 'compiling Java and Kotlin needs Maven once, to fetch TeaVM',
      hint,
      fields: { tool: 'mvn' },
    });
  }
  onDiagnostics(`fetching TeaVM${language === 'kotlin' ? " and Kotlin's compiler" : ''}, once\n`);
  await mkdir(dirname(folder), { recursive: true });
  const draft = await mkdtemp(`${folder}-`);
  try {
    const lib = join(draft, 'lib');
    const profile = language === 'kotlin' ? ['-Pkotlin'] : [];
    const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${lib}`];
    const pom = ['-f', join(SDK_DIRECTORY, 'pom.xml')];
    await must('mvn', maven, ['-q', '-B', ...pom, ...profile, ...goal], { environment });
    const java = sources.filter(
      (path) => path.endsWith('.java') && (language === 'kotlin' || !KOTLIN_ONLY.test(path)),
    );
    const list = join(draft, 'sources');
    await writeFile(list, java.map((path) => `"${path.replaceAll('\\', '/')}"`).join('\n'));
    const flags = ['--release', '17', '-parameters', '-g', '-encoding', 'UTF-8'];
    const classes = join(draft, 'classes');
    const classPath = ['-cp', join(lib, '*'), '-d', classes];
    await must('javac', jdk.javac, [...flags, ...classPath, `@${list}`], { environment });
    const patch = 'io.heliosdb.wasm.compiler.CollectorPatch';
    const path = [classes, join(lib, '*')].join(delimiter);
    await must('java', jdk.java, ['-cp', path, patch, classes], { environment });
    if (language === 'kotlin') {
      const run = ['-cp', path];
      const main = 'io.heliosdb.wasm.compiler.KotlinSources';
      const own = sources.filter((path) => path.endsWith('.kt'));
      await must('kotlin', jdk.java, [...run, main, join(draft, 'kotlin'), ...own], {
        environment,
      });
    }
    // Whoever is first has made it; what two make is the same.
    await rename(draft, folder).catch(() => undefined);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function must(
  tool: string,
  path: string,
  args: readonly string[],
  options: { readonly environment: Environment },
): Promise<void> {
  const run = await runTool(path, args, options);
  if (run.exitCode === 0) return;
  throw new HeliosError('toolchain_missing', {
    message: `${tool} could not prepare the compiler of Java and Kotlin`,
    detail: `${run.stdout}${run.stderr}`.slice(-OUTPUT_TAIL_BYTES).trim(),
    hint: 'Maven needs a repository with org.teavm once; see sdk/java/README.md.',
    fields: { tool },
  });
}

/** Everything that the compiler is made of, in a fixed order. */
async function sourcesOf(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder, { recursive: true });
  return names
    .filter((name) => /\.(java|kt|xml)$/.test(name) && !/^target/.test(name))
    .sort()
    .map((name) => join(folder, name));
}
