/** Files of granted folders in the languages whose interpreters come with the engine. */
import assert from 'node:assert/strict';
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { compileProcedure } from '#runtime';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

const SOURCES = {
  python: {
    file: 'files.py',
    text: `import os
from pathlib import Path
from heliosdb_wasm import heliosdb_folders

def folders() -> str:
    return ",".join(heliosdb_folders())

def work(folder: str) -> str:
    path = f"{folder}/made by python 雪.txt"
    with open(path, "w") as file:
        file.write("erste Zeile\\n")
    with open(path, "a") as file:
        file.write("zweite: 雪\\n")
    with open(path) as file:
        lines = file.read().splitlines()
    with open(path, "rb") as file:
        file.seek(6)
        part = file.read(5).decode()
    os.mkdir(f"{folder}/sub")
    os.rename(path, f"{folder}/sub/moved")
    size = os.stat(f"{folder}/sub/moved").st_size
    names = sorted(os.listdir(folder)), sorted(entry.name for entry in os.scandir(f"{folder}/sub"))
    text = Path(folder, "file").read_text()
    exists = os.path.exists(f"{folder}/nothing"), Path(folder, "sub").is_dir()
    os.remove(f"{folder}/sub/moved")
    os.rmdir(f"{folder}/sub")
    return f"{len(lines)} {part} {size} {names} {text} {exists}"

def read(path: str) -> str:
    with open(path) as file:
        return file.read()

def write(path: str) -> str:
    with open(path, "w") as file:
        file.write("written")
    return "ok"

def remove(path: str) -> str:
    os.remove(path)
    return "ok"

def list_names(path: str) -> str:
    return ",".join(sorted(os.listdir(path)))
`,
    worked: "2 Zeile 24 (['file', 'inner', 'sub'], ['moved']) text (False, True)",
    without: /has no files unless it was granted a folder/,
  },
  javascript: {
    file: 'files.js',
    text: `import {
  heliosdbFileInfo, heliosdbFolders, heliosdbListFolder, heliosdbMakeFolder, heliosdbMoveFile,
  heliosdbReadFile, heliosdbReadTextFile, heliosdbRemoveFile, heliosdbRemoveFolder,
  heliosdbWriteFile,
} from 'heliosdb-wasm-sdk';

export function folders() {
  return heliosdbFolders().join(',');
}

export function work(folder) {
  const path = folder + '/made by javascript 雪.txt';
  heliosdbWriteFile(path, 'erste Zeile\\n');
  heliosdbWriteFile(path, new Uint8Array([122, 119, 101, 105]), { append: true });
  const lines = heliosdbReadTextFile(path).split('\\n').length;
  const part = String.fromCharCode(...heliosdbReadFile(path, { offset: 6, length: 5 }));
  heliosdbMakeFolder(folder + '/sub');
  heliosdbMoveFile(path, folder + '/sub/moved');
  const { kind, size, modified } = heliosdbFileInfo(folder + '/sub/moved');
  const isRecent = Math.abs(Date.now() - modified) < 600000;
  const names = [heliosdbListFolder(folder), heliosdbListFolder(folder + '/sub')].join(';');
  const text = heliosdbReadTextFile(folder + '/file');
  const nothing = heliosdbFileInfo(folder + '/nothing');
  const empty = heliosdbReadFile(folder + '/file', { offset: 100 }).length;
  heliosdbRemoveFile(folder + '/sub/moved');
  heliosdbRemoveFolder(folder + '/sub');
  return [lines, part, kind, size, isRecent, names, text, nothing, empty].join(' ');
}

export function read(path) {
  return heliosdbReadTextFile(path);
}

export function write(path) {
  heliosdbWriteFile(path, 'written');
  return 'ok';
}

export function remove(path) {
  heliosdbRemoveFile(path);
  return 'ok';
}

export function list_names(path) {
  return heliosdbListFolder(path).join(',');
}
`,
    worked: '2 Zeile file 16 true file,inner,sub;moved text  0',
    without: /was granted no folder/,
  },
  ruby: {
    file: 'files.rb',
    text: `# @return [String]
def folders
  heliosdb_folders.join(",")
end

# @param folder [String]
# @return [String]
def work(folder)
  path = File.join(folder, "made by ruby 雪.txt")
  File.write(path, "erste Zeile\\n")
  File.write(path, "zweite: 雪\\n", mode: "a")
  lines = File.readlines(path, chomp: true)
  part = File.read(path, 5, 6)
  Dir.mkdir(File.join(folder, "sub"))
  moved = File.join(folder, "sub", "moved")
  File.rename(path, moved)
  size = File.size(moved)
  recent = (Time.now - File.mtime(moved)).abs < 600
  names = Dir.children(folder), Dir.children(File.dirname(moved))
  text = File.read(File.join(folder, "file"))
  there = File.exist?(File.join(folder, "nothing")), File.directory?(File.dirname(moved))
  bytes = File.binread(moved)
  problem = begin
    File.read(File.join(folder, "nothing"))
  rescue Errno::ENOENT => error
    [error.errno, File.basename(error.message.split(": ").first)]
  end
  File.delete(moved)
  Dir.rmdir(File.dirname(moved))
  [lines.last, part, size, recent, names, text, there, bytes.class, problem].map(&:to_s).join(" ")
end

# @param path [String]
# @return [String]
def read(path)
  File.read(path)
end

# @param path [String]
# @return [String]
def write(path)
  File.write(path, "written")
  "ok"
end

# @param path [String]
# @return [String]
def remove(path)
  File.delete(path)
  "ok"
end

# @param path [String]
# @return [String]
def list_names(path)
  Dir.children(path).join(",")
end
`,
    worked:
      'zweite: 雪 Zeile 24 true [["file", "inner", "sub"], ["moved"]] text [false, true] Blob ' +
      '[44, "nothing"]',
    without: /was granted no folder/,
  },
} as const;

const FOLDER = realpathSync(mkdtempSync(join(tmpdir(), 'heliosdb-language-files-')));
const GRANTED = join(FOLDER, 'granted');
const OTHER = join(FOLDER, 'other');

let database: Database;
let session: Session;

before(async () => {
  database = await openWithEngine();
  session = await openSession(database);
  for (const { file, text } of Object.values(SOURCES)) {
    writeFileSync(join(FOLDER, file), text);
    await compileProcedure({ source: join(FOLDER, file), output: join(FOLDER, `${file}.wasm`) });
  }
});
after(async () => {
  await database.close();
  rmSync(FOLDER, { recursive: true });
});
beforeEach(() => {
  for (const folder of [GRANTED, OTHER]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(join(folder, 'inner'), { recursive: true });
    writeFileSync(join(folder, 'file'), 'text');
  }
  writeFileSync(join(FOLDER, 'secret'), 'hush');
});

async function create(file: string, name: string, capabilities: readonly string[]): Promise<void> {
  const signature = name === 'folders' ? '' : 'path VARCHAR';
  const rights = capabilities.map((right) => `'${right}'`).join(', ');
  await session.run(`CREATE OR REPLACE PROCEDURE files(${signature}) RETURNS VARCHAR LANGUAGE wasm
    ENTRY '${name}' CAPABILITIES (${rights}) AS 'file://${join(FOLDER, file)}.wasm'`);
}

for (const [language, { file, worked, without }] of Object.entries(SOURCES)) {
  const all = [`filesystem:${GRANTED}`, `filesystem:read:${OTHER}`];

  test(`${language} reads, writes, lists, moves and removes files of its folders`, async () => {
    await create(file, 'folders', all);
    assert.equal(await session.value('SELECT files()'), `${GRANTED},${OTHER}`);
    await create(file, 'work', all);
    assert.equal(await session.value(`SELECT files('${GRANTED}')`), worked);
    await create(file, 'read', all);
    const rows =
      await session.rows(`SELECT files(p) FROM (VALUES ('${GRANTED}'), ('${OTHER}')) t(f),
      LATERAL (SELECT f || '/file') u(p)`);
    assert.deepEqual(rows, [['text'], ['text']]);
    assert.equal(await session.value(`SELECT files('${GRANTED}/inner/../file')`), 'text');
  });

  test(`${language} gets no file without the capability`, async () => {
    for (const entry of ['read', 'write', 'list_names', 'remove']) {
      await create(file, entry, ['read:*']);
      for (const path of [`${GRANTED}/file`, '/etc/passwd', '/lib/os.py', 'file']) {
        const error = await session.error(`SELECT files('${path}')`);
        assert.match(error.message, without, `${entry} ${path}`);
      }
    }
    assert.equal(readFileSync(join(GRANTED, 'file'), 'utf8'), 'text');
  });

  test(`${language} gets no file elsewhere, and changes none that it may only read`, async () => {
    symlinkSync('../secret', join(GRANTED, 'out'));
    symlinkSync(FOLDER, join(GRANTED, 'up'));
    linkSync(join(FOLDER, 'secret'), join(GRANTED, 'hard'));
    const elsewhere = [
      `${FOLDER}/secret`,
      `${GRANTED}/../secret`,
      `${GRANTED}/inner/../../secret`,
      `${GRANTED}/out`,
      `${GRANTED}/up/secret`,
      `${GRANTED}/hard`,
      '/etc/passwd',
      '/lib/os.py',
      'secret',
      '../secret',
      '',
    ];
    for (const entry of ['read', 'write', 'remove']) {
      await create(file, entry, all);
      for (const path of elsewhere) {
        // A link is a name of the folder's own, and may go.
        if (entry === 'remove' && /(out|hard)$/.test(path)) continue;
        const error = await session.error(`SELECT files('${path}')`);
        assert.equal(error.sqlstate, '38000', `${entry} ${path}: ${error.message}`);
        assert.doesNotMatch(error.message, /hush/);
      }
    }
    for (const entry of ['write', 'remove']) {
      await create(file, entry, all);
      assert.equal((await session.error(`SELECT files('${OTHER}/file')`)).sqlstate, '38000');
    }
    await create(file, 'list_names', all);
    for (const path of [FOLDER, `${GRANTED}/..`, `${GRANTED}/up`, '/', '/lib']) {
      assert.equal((await session.error(`SELECT files('${path}')`)).sqlstate, '38000', path);
    }
    assert.equal(await session.value(`SELECT files('${OTHER}')`), 'file,inner');
    assert.equal(readFileSync(join(FOLDER, 'secret'), 'utf8'), 'hush');
    assert.equal(readFileSync(join(OTHER, 'file'), 'utf8'), 'text');
    assert(existsSync('/etc/passwd'));
  });
}
