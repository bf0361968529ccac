import { readFileSync } from 'node:fs';
import type { Contract, HostFunction } from './contract.ts';
import { CONTRACT_PATH, parseContract, wasmSignature } from './contract.ts';
import type { GeneratedFile } from './generated-file.ts';

/** Generates the engine's table of host functions and the reference page of the ABI. */
export function generateAbi(root: string): GeneratedFile[] {
  const contract = parseContract(readFileSync(`${root}/${CONTRACT_PATH}`, 'utf8'));
  return [
    { path: 'runtime/extension/src/generated/abi.rs', text: printRust(contract) },
    { path: 'docs/abi.md', text: printMarkdown(contract) },
  ];
}

const pascal = (name: string): string =>
  name.replaceAll(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());

function printRust(contract: Contract): string {
  const { version, functions, status_codes } = contract;
  const list = (types: readonly string[]): string =>
    types.map((type) => `ValType::${type.toUpperCase()}`).join(', ');
  const rows = functions.map((each) => {
    const { parameters, results } = wasmSignature(contract, each);
    const kind = each.imports === undefined ? 'None' : `Some(HostImport::${pascal(each.imports)})`;
    return [
      '    HostFunctionSpec {',
      `        name: "${each.name}",`,
      `        parameters: &[${list(parameters)}],`,
      `        results: &[${list(results)}],`,
      `        import: ${kind},`,
      '    },',
    ].join('\n');
  });
  const constants = (entries: Contract['status_codes'], type: string): string =>
    entries
      .map(
        ({ name, number, doc }) =>
          `    /// ${doc}\n    pub const ${name.toUpperCase()}: ${type} = ${number};`,
      )
      .join('\n');
  const numbers = Object.entries(contract.numbers).map(
    ([name, entries]) => `
/// The numbers of \`${name}\`.
pub mod ${name} {
${constants(entries, 'u32')}
}
`,
  );
  return `// Generated from ${CONTRACT_PATH} by \`npm run generate\`. Do not edit.
#![cfg_attr(rustfmt, rustfmt_skip)]

use wasmtime::ValType;

use crate::wasm::HostImport;

/// The version of the contract that this engine offers.
pub const VERSION: (u16, u16) = (${version.major}, ${version.minor});

/// What a host function answers.
pub mod status {
${constants(status_codes, 'i32')}
}
${numbers.join('')}
/// One function of the host, as the contract describes it.
pub struct HostFunctionSpec {
    pub name: &'static str,
    pub parameters: &'static [ValType],
    pub results: &'static [ValType],
    /// What importing it says about the procedure.
    pub import: Option<HostImport>,
}

/// Every function of the host.
pub const HOST_FUNCTIONS: [HostFunctionSpec; ${functions.length}] = [
${rows.join('\n')}
];

/// Exports that the contract gives a meaning of their own.
pub const RESERVED_EXPORTS: [&str; ${contract.exports.length}] = [${contract.exports.map((each) => `"${each.name}"`).join(', ')}];
`;
}

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function numberTable(entries: readonly { name: string; number: number; doc?: string }[]): string {
  return table(
    ['number', 'name', 'meaning'],
    entries.map(({ name, number, doc }) => [String(number), `\`${name}\``, doc ?? '']),
  );
}

function printMarkdown(contract: Contract): string {
  const { version, functions } = contract;
  const payloads = (entries: Contract['value_types']): string =>
    table(
      ['number', 'name', 'payload'],
      entries.map(({ name, number, payload }) => [String(number), `\`${name}\``, payload]),
    );
  return `<!-- Generated from ${CONTRACT_PATH} by \`npm run generate\`. Do not edit. -->

# The procedure ABI, version ${version.major}.${version.minor}

What a procedure's module exports, what it may import, and how values travel between the two.
Authors normally meet it through an SDK; this page is for those who write one, or a module by hand.

## What a module exports

Functions without parameters that return nothing or one \`i32\` can be procedures; \`0\` is success.

${table(
  ['export', 'signature', 'needed', 'meaning'],
  contract.exports.map(({ name, signature, required, doc }) => [
    `\`${name}\``,
    `\`${signature}\``,
    required ? 'yes' : 'no',
    doc,
  ]),
)}

A module that needs another major version, or a minor version that the engine does not have, is
refused with \`42P13\`: when it is created if the export is a constant, else when it first starts.

## Functions of the host

They are imported from \`heliosdb\`; \`env\` offers the same for compilers that do not let an author
choose. WASI preview 1 is offered beside them as [capabilities](capabilities.md) allow.

${table(
  ['function', 'since', 'capability'],
  functions.map(({ name, since, capability }) => [
    `[\`${name}\`](#${name})`,
    since,
    capability === undefined ? '' : `\`${capability}\``,
  ]),
)}

### Parameters

${table(
  ['type', 'in WebAssembly', 'meaning'],
  contract.parameter_types.map(({ name, wasm, doc }) => [`\`${name}\``, `\`${wasm}\``, doc]),
)}

### Status codes

${numberTable(contract.status_codes)}

### Buffers

A function that answers with bytes takes the address of a buffer and the address of its capacity.
When the bytes fit they are written there and the capacity becomes their size. When they do not, only
the size is written and the status is \`buffer_too_small\`: ask again with that much room. A module
that exports \`heliosdb_alloc\` may give the capacity \`0xffffffff\`; the host then allocates, and
writes the address of the bytes where the buffer would have been.

${functions.map((each) => printFunction(contract, each)).join('\n')}
${Object.entries(contract.numbers)
  .map(([name, entries]) => `## Numbers of \`${name}\`\n\n${numberTable(entries)}\n`)
  .join('\n')}
## Values

A module chooses between two formats with \`heliosdb_value_format\`.

${table(
  ['number', 'format'],
  contract.value_formats.map(({ name, number }) => [String(number), `\`${name}\``]),
)}

The result of a query, in either format: \`${contract.query_result}\`

### Types of \`heliosdb_return\`

DuckDB's own type numbers for values sent as they are, and two of ours for encoded ones.

${payloads(contract.value_types)}

### MessagePack extension types

${payloads(contract.message_pack_extensions)}

### Notes

${contract.value_notes.map((note) => `- ${note}`).join('\n')}
${contract.value_limits.map(({ name, number, unit }) => `- \`${name}\`: ${number} ${unit}; beyond it 54000.`).join('\n')}
`;
}

function printFunction(contract: Contract, each: HostFunction): string {
  const parameters = Object.entries(each.parameters).map(([name, type]) => `${name}: ${type}`);
  const { conditions } = contract;
  const list = (title: string, texts: readonly string[]): string =>
    texts.length === 0
      ? ''
      : `\n${title}:\n\n${texts.map((text) => `- ${conditions[text] ?? text}`).join('\n')}\n`;
  const facts = [
    `Since ${each.since}, ${each.lifecycle}.`,
    each.capability === undefined ? '' : `Needs \`${each.capability}\`.`,
    each.imports === undefined ? '' : IMPORT_FACTS[each.imports],
  ];
  return `### ${each.name}

\`\`\`
${each.name}(${parameters.join(', ')}) -> ${each.returns}
\`\`\`

${each.doc}

${facts.filter((fact) => fact !== '').join(' ')}
${list('Traps when', each.traps)}${list('Answers `error` when', each.errors)}`;
}

/** What importing a function makes of a procedure. */
const IMPORT_FACTS = {
  query: 'A procedure that imports it is at least STABLE.',
  transaction: 'The queries of a procedure that imports it are never collected.',
  statement_clock: 'A procedure that imports it is at least STABLE.',
  nondeterminism: 'A procedure that imports it is VOLATILE.',
} as const;
