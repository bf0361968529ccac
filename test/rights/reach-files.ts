/** A granted folder with ways out of it, and what a program without a guard does there. */
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';

/** Makes anew what the attacks aim at; the file of an open database stays as it is. */
export function makeFiles(folder: string): void {
  const granted = join(folder, 'granted');
  mkdirSync(granted, { recursive: true });
  for (const name of readdirSync(folder)) {
    if (name !== 'granted') rmSync(join(folder, name), { recursive: true });
  }
  for (const name of readdirSync(granted)) {
    if (!name.startsWith('shop.db')) rmSync(join(granted, name), { recursive: true });
  }
  mkdirSync(join(granted, 'inner'));
  mkdirSync(join(folder, 'granted-beside'));
  for (const name of ['secret', 'granted-beside/secret', 'linked']) {
    writeFileSync(join(folder, name), 'hush');
  }
  for (const name of ['file', 'inner/file', 'movable', 'removable']) {
    writeFileSync(join(granted, name), 'text');
  }
  const links = {
    out: '../secret',
    up: '..',
    far: folder,
    absolute: join(folder, 'secret'),
    'inner/out': '../../secret',
    dangling: '../made-through-a-link',
    inside: 'inner/file',
  };
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(granted, name));
  linkSync(join(folder, 'linked'), join(granted, 'hard'));
  const databaseFile = join(granted, 'shop.db');
  if (!existsSync(databaseFile)) writeFileSync(databaseFile, 'of nobody');
  linkSync(databaseFile, join(granted, 'alias.db'));
}

/** Does what an attack wants by joining paths, and throws where even that fails. */
export function withoutGuard(granted: string, operation: string, path: string): void {
  const target = resolve(granted, path);
  const actions: Readonly<Record<string, () => unknown>> = {
    read: () => readFileSync(target),
    list: () => readdirSync(target),
    write: () => writeFileSync(target, 'written', { flag: 'a' }),
    truncate: () => truncateSync(target),
    make: () => mkdirSync(target),
    remove: () => unlinkSync(target),
    move: () => renameSync(target, join(granted, 'moved')),
  };
  const action = actions[operation];
  if (action === undefined) throw new Error(`what is ${operation}?`);
  action();
}
