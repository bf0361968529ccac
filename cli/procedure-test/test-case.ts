/** Cases of a procedure's test, as the command line or a file of cases states them. */

import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { HeliosError } from '#core';
import type { Arguments } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';

/** What a call should come to. */
export type Expectation =
  | { readonly kind: 'value'; readonly text: string | null }
  | { readonly kind: 'json'; readonly value: unknown }
  /** An SQLSTATE, a /pattern/, or a part of the error's text. */
  | { readonly kind: 'error'; readonly text: string };

/** One call and what it should come to. */
export interface TestCase {
  readonly name: string | null;
  /** Values by parameter, as text; null is NULL. */
  readonly parameters: ReadonlyMap<string, string | null>;
  /** Null when the result is only to be seen. */
  readonly expectation: Expectation | null;
}

const NULL_WORD = /^null$/i;

/** The case that the options `--param` and `--expect…` state. */
export function caseOf(args: Arguments): TestCase {
  const parameters = new Map<string, string | null>();
  for (const text of args.all('param')) {
    const equals = text.indexOf('=');
    if (equals < 1) {
      throw usageError(`"${text}" is not a parameter`, 'written as --param order_total=599.99');
    }
    const name = text.slice(0, equals).trim();
    if (parameters.has(name)) throw usageError(`parameter ${name} is given twice`);
    parameters.set(name, valueIn(text.slice(equals + 1)));
  }
  return { name: null, parameters, expectation: expectationOf(args) };
}

function expectationOf(args: Arguments): Expectation | null {
  const value = args.text('expect');
  const json = args.text('expect-json');
  const error = args.text('expect-error');
  if ([value, json, error].filter((text) => text !== undefined).length > 1) {
    throw usageError('a call has one outcome: give one of --expect, --expect-json, --expect-error');
  }
  if (value !== undefined) return { kind: 'value', text: valueIn(value) };
  if (error !== undefined) return { kind: 'error', text: error };
  return json === undefined ? null : { kind: 'json', value: parseJson(json) };
}

/** `NULL` is NULL; in quotation marks it is the word. */
function valueIn(text: string): string | null {
  if (NULL_WORD.test(text)) return null;
  return /^"null"$/i.test(text) ? text.slice(1, -1) : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw usageError(
      `--expect-json is not JSON: ${cause instanceof Error ? cause.message : ''}`,
      `written as --expect-json '{"is_fraud": false}'`,
    );
  }
}

const scalar = z.union([z.string(), z.number(), z.bigint(), z.boolean(), z.null()]);
const parameter = z.union([scalar, z.array(z.unknown()), z.record(z.string(), z.unknown())]);
const caseSchema = z
  .strictObject({
    name: z.string().optional(),
    params: z.record(z.string(), parameter).default({}),
    expect: scalar.optional(),
    expect_json: z.unknown().optional(),
    expect_error: z.string().optional(),
  })
  .refine(
    (each) =>
      [each.expect, each.expect_json, each.expect_error].filter((one) => one !== undefined)
        .length === 1,
    'a case has one of expect, expect_json, expect_error',
  );
const fileSchema = z.union([z.array(caseSchema), z.object({ cases: z.array(caseSchema) })]);

/** Reads a file of cases: a YAML or JSON list, or a mapping whose `cases` is one. */
export async function readCases(path: string): Promise<readonly TestCase[]> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new HeliosError('undefined_file', {
      message: `there is no file ${path}`,
      fields: { path },
      cause,
    });
  });
  let content: unknown;
  try {
    // Numbers keep all their digits.
    content = parse(text, { intAsBigInt: true });
  } catch (cause) {
    throw usageError(`${path} is not YAML: ${cause instanceof Error ? cause.message : ''}`);
  }
  const checked = fileSchema.safeParse(content);
  if (!checked.success) {
    throw usageError(`${path}: ${z.prettifyError(checked.error)}`, CASES_FORM);
  }
  const list = Array.isArray(checked.data) ? checked.data : checked.data.cases;
  if (list.length === 0) throw usageError(`${path} has no cases`, CASES_FORM);
  return list.map((each) => ({
    name: each.name ?? null,
    parameters: new Map(
      Object.entries(each.params).map(([name, value]) => [name, textOf(value)] as const),
    ),
    expectation: expected(each),
  }));
}

const CASES_FORM =
  'a list of entries such as {params: {customer_id: 12345, order_total: 599.99}, expect: 119.998}';

function expected(each: z.infer<typeof caseSchema>): Expectation {
  if (each.expect_error !== undefined) return { kind: 'error', text: each.expect_error };
  if (each.expect_json !== undefined) return { kind: 'json', value: plain(each.expect_json) };
  return { kind: 'value', text: textOf(each.expect ?? null) };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === 'object' ? JSON.stringify(plain(value)) : String(value);
}

/** Whole numbers as JSON has them. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  }
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, plain(item)]));
}
