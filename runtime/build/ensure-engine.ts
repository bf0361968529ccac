import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Clock } from '#core';
import { HeliosError, systemClock } from '#core';
import { withBuildLock } from './build-lock.ts';
import { buildLibrary, checkCargo } from './cargo.ts';
import { encodeFooter } from './footer.ts';
import type { Platform } from './platform.ts';
import { platformOf } from './platform.ts';
import type { ProgressPrinter } from './progress.ts';
import { BuildProgress } from './progress.ts';
import type { SourceList } from './stamp.ts';
import { sourceStamp, sourceStates } from './stamp.ts';

/** What `ensureEngine` may be told; everything has a default. */
export interface EnsureEngineOptions {
  /** Told in lines of text what is going on, when it takes a while. */
  readonly onProgress?: ProgressPrinter;
  /** Ends a running build. */
  readonly signal?: AbortSignal;
  /** The project's folder. */
  readonly root?: string;
  /** Where the engine's crate lies in it. */
  readonly crate?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly clock?: Clock;
}

/** Changes when the build itself changes in a way that its sources do not show. */
const BUILD_FORMAT = '1';
const LIBRARY_NAME = 'heliosdb';
const FILE_NAME = 'heliosdb.duckdb_extension';

/** What the engine's crate reads, beside its own folder. */
const SHARED_SOURCES = [
  'storage/migrations',
  'runtime/abi',
  'sdk/js/engine/engine.json',
  'sdk/python/engine/engine.json',
  'sdk/ruby/engine/engine.json',
];
const CRATE_SOURCES = ['Cargo.toml', 'Cargo.lock', 'rust-toolchain.toml', 'build.rs', 'src'];

interface EngineSite {
  readonly root: string;
  readonly crate: string;
  readonly crateFolder: string;
  /** The finished extension file. */
  readonly target: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: Platform;
}

/**
 * Returns the path of the engine's extension file, which `LOAD` takes.
 *
 * In order: the file that HELIOSDB_ENGINE names; the engine built from the sources of a checkout,
 * which is built now when they have changed; the prebuilt package of this platform. Fails with
 * `engine_missing`, `toolchain_missing`, `toolchain_outdated` or `engine_build_failed`.
 */
export async function ensureEngine(options: EnsureEngineOptions = {}): Promise<string> {
  const environment = options.environment ?? process.env;
  const given = environment.HELIOSDB_ENGINE;
  if (given) return existingFile(resolve(given));
  const site = siteOf(options, environment);
  if (!existsSync(join(site.crateFolder, 'Cargo.toml'))) return prebuilt(site) ?? noEngine(site);
  if (await isCurrent(site)) return site.target;
  try {
    return await build(site, options);
  } catch (error) {
    if (options.signal?.aborted === true && !HeliosError.isInstance(error)) {
      throw new HeliosError('query_canceled', {
        message: 'building the engine was cancelled',
        hint: 'what is built so far is kept; run it again to go on',
        cause: error,
      });
    }
    const isWithoutRust =
      HeliosError.isInstance(error, 'toolchain_missing') ||
      HeliosError.isInstance(error, 'toolchain_outdated');
    const package_ = isWithoutRust ? prebuilt(site) : null;
    if (package_ === null) throw error;
    options.onProgress?.(
      'engine: using the prebuilt package, because there is no Rust to build it',
    );
    return package_;
  }
}

function siteOf(
  options: EnsureEngineOptions,
  environment: Readonly<Record<string, string | undefined>>,
): EngineSite {
  const root = options.root ?? join(import.meta.dirname, '..', '..');
  const crate = options.crate ?? 'runtime/extension';
  const crateFolder = join(root, crate);
  return {
    root,
    crate,
    crateFolder,
    target: join(crateFolder, 'build', FILE_NAME),
    environment,
    platform: platformOf(process.platform, process.arch),
  };
}

function existingFile(path: string): string {
  if (existsSync(path)) return path;
  throw new HeliosError('engine_missing', {
    message: 'HELIOSDB_ENGINE names a file that does not exist',
    detail: path,
    fields: { path },
  });
}

function noEngine({ platform }: EngineSite): never {
  throw new HeliosError('engine_missing', {
    message: 'the engine for this platform is not installed',
    detail: `package ${platform.packageName} was not found`,
    hint: 'install again without leaving optional dependencies out, or set HELIOSDB_ENGINE to an engine file',
  });
}

function prebuilt({ root, platform }: EngineSite): string | null {
  try {
    const found = createRequire(join(root, 'package.json')).resolve(
      `${platform.packageName}/package.json`,
    );
    const path = join(dirname(found), FILE_NAME);
    return existsSync(path) ? path : null;
  } catch {
    return null;
  }
}

function sourcesOf({ root, crate, platform }: EngineSite): SourceList {
  const paths = [...CRATE_SOURCES.map((name) => `${crate}/${name}`), ...SHARED_SOURCES];
  return { root, paths, salt: [BUILD_FORMAT, platform.duckdb] };
}

interface BuildRecord {
  readonly stamp: string;
  readonly platform: string;
  readonly rust: string;
  /** The sources' states when they last had this stamp: every start looks, none reads them again. */
  readonly states?: string;
}

async function isCurrent(site: EngineSite): Promise<boolean> {
  if (!existsSync(site.target)) return false;
  try {
    const record = JSON.parse(await readFile(`${site.target}.json`, 'utf8')) as BuildRecord;
    const sources = sourcesOf(site);
    // Before the contents: what changes in between then counts as changed.
    const states = sourceStates(sources);
    if (record.states === states) return true;
    if (record.stamp !== sourceStamp(sources)) return false;
    // Where nothing may be written, every start reads the sources.
    await writeRecord(site, { ...record, states }).catch(() => undefined);
    return true;
  } catch {
    // No record, or one that was not written to its end: build again.
    return false;
  }
}

async function build(site: EngineSite, options: EnsureEngineOptions): Promise<string> {
  const print = options.onProgress ?? (() => undefined);
  const rust = await checkCargo(requiredRust(site.crateFolder), {
    environment: site.environment,
    signal: options.signal,
  });
  const lock = {
    path: join(site.crateFolder, 'build', 'lock'),
    onWait: () => print('engine: waiting for another process that is building it'),
    signal: options.signal,
  };
  return withBuildLock(lock, async () => {
    // The process that was waited for may have built just this.
    if (await isCurrent(site)) return site.target;
    const stamp = sourceStamp(sourcesOf(site));
    print('engine: building from source, once; the first time takes about five minutes');
    const progress = new BuildProgress(print, options.clock ?? systemClock);
    const ticks = setInterval(() => progress.tick(), 1000);
    const library = await buildLibrary({
      crateFolder: site.crateFolder,
      libraryName: LIBRARY_NAME,
      environment: site.environment,
      signal: options.signal,
      onOutput: (text) => progress.read(text),
    }).finally(() => clearInterval(ticks));
    await install(site, library, { stamp, platform: site.platform.duckdb, rust });
    progress.end('engine: ready');
    return site.target;
  });
}

/** Puts the extension in place whole: a process that loads it meanwhile keeps the old file. */
async function install(site: EngineSite, library: string, record: BuildRecord): Promise<void> {
  const manifest = readFileSync(join(site.crateFolder, 'Cargo.toml'), 'utf8');
  const version = /^version = "(.+)"$/m.exec(manifest)?.[1] ?? '0.0.0';
  const footer = encodeFooter({
    platform: site.platform.duckdb,
    extensionVersion: `v${version}`,
  });
  const draft = `${site.target}.${process.pid}`;
  await mkdir(dirname(site.target), { recursive: true });
  // Without its record the old file counts as out of date, should this end here.
  await rm(`${site.target}.json`, { force: true });
  await writeFile(draft, Buffer.concat([await readFile(library), footer]));
  await rename(draft, site.target);
  await writeRecord(site, record);
}

async function writeRecord({ target }: EngineSite, record: BuildRecord): Promise<void> {
  const draft = `${target}.json.${process.pid}`;
  await writeFile(draft, `${JSON.stringify(record)}\n`);
  await rename(draft, `${target}.json`);
}

function requiredRust(crateFolder: string): string {
  const manifest = readFileSync(join(crateFolder, 'Cargo.toml'), 'utf8');
  return /^rust-version = "(.+)"$/m.exec(manifest)?.[1] ?? '1.0.0';
}
