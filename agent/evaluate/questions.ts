import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { HeliosError } from '#core';

const line = z.object({
  id: z.union([z.string(), z.number()]).optional(),
  question: z.string().min(1),
  /** The SQL whose rows are right. */
  sql: z.string().nullish(),
  /** The rows themselves. */
  rows: z.array(z.array(z.json())).nullish(),
  /** Other SQL whose rows are right too. */
  alternatives: z.array(z.string()).nullish(),
  /** False for a question that the database cannot answer: right is to refuse or ask back. */
  answerable: z.boolean().optional(),
  /** The database file, where it is not the one that is evaluated. */
  db: z.string().nullish(),
  as_of: z.string().nullish(),
  features: z.array(z.string()).optional(),
});

/** A question with what is right for it. */
export interface EvaluationQuestion {
  readonly id: string;
  readonly question: string;
  /** Null when the question cannot be answered. */
  readonly gold:
    | { readonly sql: readonly string[]; readonly rows: null }
    | { readonly sql: null; readonly rows: readonly (readonly z.core.util.JSONType[])[] }
    | null;
  readonly database: string | null;
  readonly asOf: string | null;
  readonly features: readonly string[];
}

/** Reads a file of questions, one JSON object a line; a line of the wrong form is US001 with its number. */
export async function readQuestions(path: string): Promise<readonly EvaluationQuestion[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (cause) {
    throw new HeliosError('undefined_file', {
      message: `no file of questions ${path}`,
      fields: { path },
      cause,
    });
  }
  return parseQuestions(text, path);
}

/** Reads the text of a file of questions. */
export function parseQuestions(text: string, path: string): readonly EvaluationQuestion[] {
  const questions = text
    .split('\n')
    .flatMap((content, index) =>
      content.trim() === '' ? [] : [readLine(content, path, index + 1)],
    );
  const ids = new Set<string>();
  for (const { id } of questions) {
    if (ids.has(id)) throw malformed(path, 0, `the id ${id} is used twice`);
    ids.add(id);
  }
  if (questions.length === 0) throw malformed(path, 1, 'there are no questions');
  return questions;
}

function readLine(content: string, path: string, number: number): EvaluationQuestion {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw malformed(path, number, error instanceof Error ? error.message : String(error));
  }
  const parsed = line.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw malformed(path, number, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }
  const {
    id,
    question,
    sql,
    rows,
    alternatives,
    answerable,
    db,
    as_of: asOf,
    features,
  } = parsed.data;
  const hasGold = (sql ?? null) !== null || (rows ?? null) !== null;
  if (answerable !== false && !hasGold) {
    throw malformed(path, number, 'needs "sql" or "rows", or "answerable": false');
  }
  return {
    id: String(id ?? number),
    question,
    gold:
      answerable === false
        ? null
        : sql !== null && sql !== undefined
          ? { sql: [sql, ...(alternatives ?? [])], rows: null }
          : { sql: null, rows: rows ?? [] },
    database: db ?? null,
    asOf: asOf ?? null,
    features: features ?? [],
  };
}

function malformed(path: string, number: number, detail: string): HeliosError {
  return new HeliosError('invalid_usage', {
    message: 'the file of questions is malformed',
    detail: `${path}:${number}: ${detail}`,
    hint: '{"question": "How many…?", "sql": "SELECT …"} a line; docs/asking.md has the rest',
  });
}
