/** Which sources `heliosdb dev` works on. */

import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { HeliosError } from '#core';
import { SOURCE_ENDINGS, sourcesIn } from '#runtime';
import { MANIFEST, readManifest } from '../procedure-folder/manifest.ts';
import type { Arguments } from '../usage/command.ts';

/** A source with what `procedure create` would be told of it. */
export interface DevSource {
  /** Absolute path of a file or of a project's folder. */
  readonly path: string;
  readonly args: Arguments;
  /** The file of its saved calls; null where there is none. */
  readonly casesFile: string | null;
}

/** The sources of a folder: those of its procedures.yaml, else its project, else what lies in it. */
export async function findSources(place: string, args: Arguments): Promise<readonly DevSource[]> {
  const path = resolve(place);
  const status = await stat(path).catch(() => null);
  if (status === null) {
    throw new HeliosError('undefined_file', {
      message: `there is no file or folder ${place}`,
      detail: path,
      hint: 'procedure new begins one: heliosdb procedure new greet --lang python',
    });
  }
  if (!status.isDirectory()) return [await sourceAt(path, args)];
  const names = await readdir(path);
  if (names.includes(MANIFEST)) {
    const found: DevSource[] = [];
    for (const entry of await readManifest(path)) {
      found.push(await sourceAt(entry.path, { ...entry.args, all: args.all }));
    }
    return found;
  }
  const chosen = await sourcesIn(path);
  if (chosen.length === 0) {
    throw new HeliosError('undefined_file', {
      message: `${place} has no source of a procedure`,
      detail: path,
      hint: `sources end in ${SOURCE_ENDINGS}`,
    });
  }
  return await Promise.all(chosen.map((source) => sourceAt(source, args)));
}

async function sourceAt(path: string, args: Arguments): Promise<DevSource> {
  return { path, args: replacing(args), casesFile: await casesOf(path, args) };
}

/** `NAME.cases.yaml` or `cases.yaml` beside the source, or in the project's folder. */
async function casesOf(path: string, args: Arguments): Promise<string | null> {
  const named = args.text('cases');
  if (named !== undefined) return resolve(named);
  const isFolder = (await stat(path).catch(() => null))?.isDirectory() ?? false;
  const folder = isFolder ? path : dirname(path);
  const stem = basename(path, extname(path));
  for (const name of [`${stem}.cases.yaml`, 'cases.yaml']) {
    const file = join(folder, name);
    if ((await stat(file).catch(() => null))?.isFile()) return file;
  }
  return null;
}

function replacing(args: Arguments): Arguments {
  return { ...args, isSet: (name) => name === 'or-replace' || args.isSet(name) };
}
