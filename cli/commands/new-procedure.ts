import { access, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { ScaffoldLanguage } from '#runtime';
import { makeFolder, templateOf } from '#runtime';
import { EXIT } from '../exit-code.ts';
import { languageOf } from '../procedure-source.ts';
import type { Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { write } from '../write.ts';

const CASES = 'cases.yaml';

/** `heliosdb procedure new`. */
export const create: Run = async (args, console) => {
  const [name, ...others] = args.positionals;
  if (name === undefined || others.length > 0) {
    throw usageError('one name is needed', 'procedure new greet --lang python');
  }
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(name)) {
    throw usageError(
      `"${name}" cannot be a procedure's name`,
      'a small letter, then small letters, digits and underscores: it is a name in every language',
    );
  }
  const language = scaffoldLanguage(args.text('lang'));
  const folder = resolve(args.text('output') ?? name);
  await assertFree(folder);
  const { files, source } = templateOf(language, name);
  const all = { ...files, [CASES]: casesOf(name) };
  for (const [path, text] of Object.entries(all)) {
    const target = join(folder, path);
    await makeFolder(dirname(target));
    await writeFile(target, text);
  }
  const shown = args.text('output') ?? name;
  const path = source === '.' ? shown : `${shown}/${source}`;
  if (args.isSet('json')) {
    const answer = { folder, language, source: join(folder, source), files: Object.keys(all) };
    await write(console.out, `${JSON.stringify(answer)}\n`);
    return EXIT.ok;
  }
  await write(console.err, `wrote ${Object.keys(all).join(', ')} in ${shown}\n`);
  await write(
    console.out,
    `heliosdb test ${path} --cases ${shown}/${CASES}\n` +
      `heliosdb procedure create --file ${path} --capabilities read:customers\n`,
  );
  return EXIT.ok;
};

function scaffoldLanguage(text: string | undefined): ScaffoldLanguage {
  if (text === undefined) throw usageError('option --lang is missing', 'for example --lang python');
  if (/^(ts|typescript)$/i.test(text)) return 'typescript';
  return languageOf(text) ?? 'python';
}

async function assertFree(folder: string): Promise<void> {
  const isThere = await access(folder).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw usageError(`${folder} exists already`, 'another name, or another folder with --output');
}

/** Holds on the bundled shop. */
function casesOf(name: string): string {
  return `# heliosdb test … --cases cases.yaml
- name: ${name} greets a customer
  params: { customer_id: 12345 }
  expect: Hello, Laura Almeida!
- name: ${name} knows nobody of this number
  params: { customer_id: -1 }
  expect: null
`;
}
