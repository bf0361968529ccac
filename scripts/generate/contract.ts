import { parse } from 'yaml';
import { z } from 'zod';

/** Where the contract stands, from the project's root. */
export const CONTRACT_PATH = 'runtime/abi/procedure-abi.yaml';

const name = z.string().regex(/^[a-z_][a-z0-9_]*$/);
const version = z.string().regex(/^\d+\.\d+$/);
const numbered = z.strictObject({ name, number: z.number().int() });

const contractSchema = z.strictObject({
  version: z.strictObject({ major: z.number().int(), minor: z.number().int() }),
  status_codes: z.array(numbered.extend({ doc: z.string() })),
  parameter_types: z.array(
    z.strictObject({ name, wasm: z.enum(['i32', 'i64', 'f64']), doc: z.string() }),
  ),
  conditions: z.record(name, z.string()),
  numbers: z.record(name, z.array(numbered.extend({ doc: z.string() }))).default({}),
  value_formats: z.array(numbered),
  value_types: z.array(numbered.extend({ payload: z.string() })),
  message_pack_extensions: z.array(numbered.extend({ payload: z.string() })),
  value_notes: z.array(z.string()),
  value_limits: z.array(numbered.extend({ unit: z.string() })),
  query_result: z.string(),
  functions: z.array(
    z.strictObject({
      name,
      since: version,
      lifecycle: z.enum(['stable', 'deprecated']),
      capability: z.string().optional(),
      imports: z.enum(['query', 'transaction', 'statement_clock', 'nondeterminism']).optional(),
      parameters: z.record(name, name),
      returns: name,
      doc: z.string(),
      traps: z.array(z.string()),
      errors: z.array(z.string()),
    }),
  ),
  exports: z.array(
    z.strictObject({
      name,
      signature: z.string(),
      required: z.boolean(),
      doc: z.string(),
    }),
  ),
});

/** The contract between engine and guests, as its file says it. */
export type Contract = z.infer<typeof contractSchema>;

/** One function of the host. */
export type HostFunction = Contract['functions'][number];

/** A type as WebAssembly knows it. */
export type WasmType = Contract['parameter_types'][number]['wasm'];

/** Parses the contract and checks what its form alone does not say. */
export function parseContract(text: string): Contract {
  const contract = contractSchema.parse(parse(text));
  const sections = [
    contract.status_codes,
    contract.value_formats,
    contract.value_types,
    contract.message_pack_extensions,
    ...Object.values(contract.numbers),
  ];
  for (const section of sections) {
    refuseRepeated(section.map(({ name }) => name));
    refuseRepeated(section.map(({ number }) => String(number)));
  }
  refuseRepeated(contract.functions.map(({ name }) => name));
  for (const { name, since, ...signature } of contract.functions) {
    wasmSignature(contract, signature);
    const [major = 0, minor = 0] = since.split('.').map(Number);
    if (major > contract.version.major || minor > contract.version.minor) {
      throw new Error(`${CONTRACT_PATH}: ${name} is since ${since}, the contract is older`);
    }
  }
  return contract;
}

/** A function's parameters and results in WebAssembly; a function that never returns has none. */
export function wasmSignature(
  { parameter_types }: Contract,
  { parameters, returns }: Pick<HostFunction, 'parameters' | 'returns'>,
): { readonly parameters: readonly WasmType[]; readonly results: readonly WasmType[] } {
  const wasmOf = (type: string): WasmType => {
    const found = parameter_types.find((known) => known.name === type);
    if (found === undefined) throw new Error(`${CONTRACT_PATH}: ${type} is not a parameter type`);
    return found.wasm;
  };
  return {
    parameters: Object.values(parameters).map(wasmOf),
    results: returns === 'never' ? [] : [wasmOf(returns)],
  };
}

function refuseRepeated(values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) throw new Error(`${CONTRACT_PATH}: ${repeated} stands twice`);
}
