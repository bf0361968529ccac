/** The file that says which procedures a folder defines. */

import { readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { HeliosError } from '#core';
import type { Arguments } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';

/** The manifest's name in its folder. */
export const MANIFEST = 'procedures.yaml';

const FORM = 'written as: procedures: [{name: half, file: half.js, capabilities: []}]';
const text = z.string().min(1);
const manifestSchema = z.strictObject({
  procedures: z.array(
    z.strictObject({
      name: text,
      file: text,
      params: z.string().optional(),
      returns: text.optional(),
      entry: text.optional(),
      capabilities: z.array(text).optional(),
      volatility: text.optional(),
      memory: text.optional(),
      timeout: text.optional(),
      comment: z.string().optional(),
    }),
  ),
});

/** One procedure of a folder: where it is, and what `procedure create` would be told of it. */
export interface ManifestEntry {
  readonly name: string;
  readonly path: string;
  readonly args: Arguments;
}

/** Reads a folder's manifest. Sources lie in the folder: what is elsewhere is not in its history. */
export async function readManifest(folder: string): Promise<readonly ManifestEntry[]> {
  const path = join(folder, MANIFEST);
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HeliosError('undefined_file', {
      message: `cannot read ${path}`,
      detail: cause instanceof Error ? cause.message : null,
      hint: `the folder needs a ${MANIFEST}, ${FORM}`,
      fields: { path },
      cause,
    });
  });
  const checked = manifestSchema.safeParse(parseYaml(content, path));
  if (!checked.success) throw usageError(`${path}: ${z.prettifyError(checked.error)}`, FORM);
  const names = new Set<string>();
  return checked.data.procedures.map((entry) => {
    const key = `${entry.name}(${entry.params ?? ''})`.toLowerCase();
    if (names.has(key)) throw usageError(`${path}: ${entry.name} is defined twice`);
    names.add(key);
    const source = resolve(folder, entry.file);
    const inside = relative(resolve(folder), source);
    if (inside.startsWith('..') || isAbsolute(inside)) {
      throw usageError(`${path}: ${entry.file} lies outside the folder`, 'move it there');
    }
    const { capabilities, file: _, ...words } = entry;
    const given = { ...words, ...(capabilities && { capabilities: capabilities.join(',') }) };
    return { name: entry.name, path: source, args: asArguments(given) };
  });
}

function parseYaml(content: string, path: string): unknown {
  try {
    return parse(content);
  } catch (cause) {
    throw usageError(`${path} is not YAML: ${cause instanceof Error ? cause.message : ''}`);
  }
}

/** An entry is read as the options of `procedure create` are; what exists is always replaced. */
function asArguments(words: Readonly<Record<string, string | undefined>>): Arguments {
  const values = new Map(Object.entries(words));
  return {
    positionals: [],
    text: (name) => values.get(name),
    all: () => [],
    isSet: (name) => name === 'or-replace' || values.get(name) !== undefined,
  };
}
