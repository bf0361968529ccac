/** Turns a module's source into bytes, reading files only where that is allowed. */
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import { HeliosError } from '#core';
import type { ModuleSource } from '../ddl/index.ts';

/** The largest module that is read. */
export const MODULE_BYTES_MAX = 64 * 2 ** 20;

/** What the door allows a script to read. */
export interface FileAccess {
  /** The folder that relative paths start from, or null where there is none. */
  readonly baseDirectory: string | null;
  readonly allowFiles: boolean;
}

/** The bytes of a module. */
export async function readModule(source: ModuleSource, access: FileAccess): Promise<Uint8Array> {
  switch (source.kind) {
    case 'base64':
      return limited(Buffer.from(source.text, 'base64'));
    case 'hex':
      return limited(Buffer.from(source.text, 'hex'));
    case 'text':
      return limited(Buffer.from(source.text, 'utf8'));
    case 'file':
      return readModuleFile(locate(source.text, access));
  }
}

function limited(bytes: Uint8Array): Uint8Array {
  requireSize(bytes.byteLength);
  return bytes;
}

function requireSize(size: number): void {
  if (size <= MODULE_BYTES_MAX) return;
  throw new HeliosError('program_limit_exceeded', {
    message: 'the module is too large',
    detail: `limit ${MODULE_BYTES_MAX} bytes, module ${size} bytes`,
  });
}

function locate(path: string, { baseDirectory, allowFiles }: FileAccess): string {
  if (!allowFiles) {
    throw new HeliosError('insufficient_privilege', {
      message: 'this connection may not read files',
      detail: path,
      hint: 'Give the module as base64 instead.',
    });
  }
  if (isAbsolute(path)) return path;
  if (baseDirectory !== null) return resolve(baseDirectory, path);
  throw new HeliosError('insufficient_privilege', {
    message: 'a relative path has no folder to start from here',
    detail: path,
    hint: 'Give an absolute path, or the module as base64.',
  });
}

async function readModuleFile(path: string): Promise<Uint8Array> {
  const unreadable = (reason: string, cause?: unknown): HeliosError =>
    new HeliosError('io_error', {
      message: `module file cannot be read: ${reason}`,
      detail: path,
      fields: { path },
      cause,
    });
  try {
    // Without O_NONBLOCK, opening a pipe would wait for its other end.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const status = await file.stat();
    if (!status.isFile()) throw unreadable('it is not a regular file');
    requireSize(status.size);
    const { bytesRead, buffer } = await file.read(Buffer.alloc(status.size), 0, status.size, 0);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    if (HeliosError.isInstance(error)) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw unreadable(REASONS.get(code) ?? String(error), error);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'there is no such file'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EISDIR', 'it is a folder'],
  ['ENOTDIR', 'a part of the path is not a folder'],
]);
