import { readFileSync } from 'node:fs';
import type { CatalogueEntry } from './catalogue.ts';
import { parseCatalogue } from './catalogue.ts';
import type { GeneratedFile } from './generated-file.ts';

/** Generates the TypeScript, Rust and Markdown forms of the error catalogue. */
export function generateErrors(root: string): GeneratedFile[] {
  const entries = parseCatalogue(readFileSync(`${root}/core/errors.yaml`, 'utf8'));
  return [
    { path: 'core/errors.generated.ts', text: printTypeScript(entries) },
    { path: 'runtime/extension/src/generated/errors.rs', text: printRust(entries) },
    { path: 'docs/errors.md', text: printMarkdown(entries) },
  ];
}

const quote = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

function printTypeScript(entries: readonly CatalogueEntry[]): string {
  const rows = entries.map((entry) =>
    [
      `  ${entry.name}: {`,
      `    sqlstate: ${quote(entry.sqlstate)},`,
      `    message: ${entry.message.includes("'") ? JSON.stringify(entry.message) : quote(entry.message)},`,
      `    fields: [${entry.fields.map(quote).join(', ')}],`,
      `    retryable: ${entry.retryable},`,
      '  },',
    ].join('\n'),
  );
  return `// Generated from core/errors.yaml by \`npm run generate\`. Do not edit.

/** Every error HeliosDB raises, by name. */
export const ERRORS = {
${rows.join('\n')}
} as const;

/** Name of an error of the catalogue, such as \`undefined_function\`. */
export type ErrorName = keyof typeof ERRORS;

/** SQLSTATE of an error of the catalogue, such as \`42883\`. */
export type SqlState = (typeof ERRORS)[ErrorName]['sqlstate'];
`;
}

const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function printRust(entries: readonly CatalogueEntry[]): string {
  const arms = (value: (entry: CatalogueEntry) => string): string =>
    entries
      .map((entry) => `            ErrorCode::${pascal(entry.name)} => ${value(entry)},`)
      .join('\n');
  return `// Generated from core/errors.yaml by \`npm run generate\`. Do not edit.
#![cfg_attr(rustfmt, rustfmt_skip)]

/// An error of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
${entries.map((entry) => `    /// ${entry.sqlstate}: ${entry.doc}\n    ${pascal(entry.name)},`).join('\n')}
}

impl ErrorCode {
    /// Every error of the catalogue, by rising SQLSTATE.
    pub const ALL: [ErrorCode; ${entries.length}] = [
${entries.map((entry) => `        ErrorCode::${pascal(entry.name)},`).join('\n')}
    ];

    /// The five-character SQLSTATE.
    pub const fn sqlstate(self) -> &'static str {
        match self {
${arms((entry) => JSON.stringify(entry.sqlstate))}
        }
    }

    /// The snake_case name.
    pub const fn name(self) -> &'static str {
        match self {
${arms((entry) => JSON.stringify(entry.name))}
        }
    }

    /// The values for programs that the error may carry, in the order in which they are printed.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
${arms((entry) => `&[${entry.fields.map((field) => JSON.stringify(field)).join(', ')}]`)}
        }
    }

    /// The error with this SQLSTATE, if the catalogue has one.
    pub fn from_sqlstate(sqlstate: &str) -> Option<ErrorCode> {
        ErrorCode::ALL.into_iter().find(|code| code.sqlstate() == sqlstate)
    }
}
`;
}

function printMarkdown(entries: readonly CatalogueEntry[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|');
  const rows = entries.map((entry) => {
    const fields = entry.fields.map((field) => `\`${field}\``).join(', ');
    const retry = entry.retryable ? 'yes' : '';
    return `| \`${entry.sqlstate}\` | \`${entry.name}\` | ${cell(entry.message)} | ${fields} | ${retry} | ${cell(entry.doc)} |`;
  });
  return `<!-- Generated from core/errors.yaml by \`npm run generate\`. Do not edit. -->
# Errors

Every error carries a five-character SQLSTATE, a name, a message and, where there is something to add, a detail and a hint.
Standard states keep their standard meaning; subclasses that start with \`W\` and the classes \`IN\` (installation), \`NL\` (request),
\`PN\` (plan) and \`US\` (usage) are HeliosDB's own. Inside DuckDB an engine error arrives as an *Invalid Input Error* whose text starts
with \`HELIOS-<sqlstate>: \`; the HeliosDB clients decode it.

"Retry" means that running the same thing again may succeed.

| State | Name | Message | Fields | Retry | Raised when |
| --- | --- | --- | --- | --- | --- |
${rows.join('\n')}
`;
}
