/** Reading the corpus of attacks. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Statements of one kind: what must never work, and what must. */
export interface Family {
  readonly name: string;
  readonly attacks: readonly (readonly string[])[];
  readonly twins: readonly (readonly string[])[];
}

/** Reads a corpus; {names} in it are replaced. Throws for a line of no known kind. */
export function readFamilies(
  replacements: Readonly<Record<string, string>>,
  file = 'attacks.txt',
): Family[] {
  const families: { name: string; attacks: string[][]; twins: string[][] }[] = [];
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  for (const line of text.split('\n')) {
    const [mark = '', content = ''] = [line.slice(0, 2).trim(), line.slice(2).trim()];
    if (mark === '' || mark === ';') continue;
    const statements = content
      .split(' ;; ')
      .map((sql) => sql.replace(/\{(\w+)\}/g, (whole, name) => replacements[name] ?? whole));
    const family = families.at(-1);
    if (mark === '==') families.push({ name: content, attacks: [], twins: [] });
    else if (mark === '-' && family !== undefined) family.attacks.push(statements);
    else if (mark === '+' && family !== undefined) family.twins.push(statements);
    else throw new Error(`${file}: what is ${JSON.stringify(line)}?`);
  }
  return families;
}
