/** Definitions of procedures from the command line's options and from what modules declare. */

import type {
  CreateProcedure,
  DdlStatement,
  ParameterDefinition,
  ProcedureSignature,
} from '#runtime';
import { parseStatement, statementsOf } from '#runtime';
import type { ModuleFile } from './procedure-source.ts';
import type { Arguments } from './usage/command.ts';
import { usageError } from './usage/parse-arguments.ts';
import { parseParameters, splitList } from './usage/parse-parameters.ts';

type Clause = 'VOLATILE' | 'STABLE' | 'IMMUTABLE';

/** Refuses options that are wrong whatever the module is, before it is read or compiled. */
export function checkOptions(args: Arguments): void {
  const parameters = args.text('params');
  if (parameters !== undefined) parseParameters(parameters);
}

/** What is to be registered: one under the given name, else all that the module declares. */
export function proceduresOf(module: ModuleFile, args: Arguments): readonly Declared[] {
  const { procedures } = module;
  const name = args.text('name');
  if (name === undefined) {
    if (procedures.length > 0) return procedures;
    throw usageError(
      'option --name is missing: the module does not say what its procedures are called',
    );
  }
  const wanted = args.text('entry') ?? nameOf(name).name;
  const same = procedures.find((each) => each.name.toLowerCase() === wanted.toLowerCase());
  const declared = same ?? (procedures.length === 1 ? procedures[0] : undefined);
  return [{ ...(declared ?? UNDECLARED), name, entry: declared?.name ?? null }];
}

/** A procedure as its module declares it, or as far as the options say. */
export interface Declared extends ProcedureSignature {
  /** The export behind a name that was chosen for it; null where that is for the engine to find. */
  readonly entry?: string | null;
}

const UNDECLARED: Omit<ProcedureSignature, 'name'> = {
  comment: null,
  parameters: [],
  returns: null,
};

/** The statement that registers a procedure: the options first, then what its module declares. */
export function createStatement(
  args: Arguments,
  module: ModuleFile,
  procedure: Declared,
): CreateProcedure {
  const options: string[] = [];
  for (const option of ['memory', 'timeout'] as const) {
    const value = args.text(option);
    if (value !== undefined) options.push(`${option} = '${value.replaceAll("'", "''")}'`);
  }
  const takesNull = procedure.parameters.some(({ nullable }) => nullable);
  return {
    kind: 'create_procedure',
    orReplace: args.isSet('or-replace'),
    ifNotExists: false,
    ...nameOf(procedure.name),
    parameters: parametersOf(args, procedure),
    returns: args.text('returns') ?? typeFor(procedure.returns, procedure, '--returns TYPE'),
    language: 'wasm',
    capabilities: capabilitiesOf(args),
    volatility: volatilityOf(args),
    nullCall: takesNull ? 'CALLED ON NULL INPUT' : null,
    entry: args.text('entry') ?? procedure.entry ?? null,
    onError: null,
    strictVisibility: false,
    comment: args.text('comment') ?? procedure.comment,
    options: limitsOf(options),
    module: { kind: 'file', text: module.path },
  };
}

function parametersOf(args: Arguments, procedure: Declared): readonly ParameterDefinition[] {
  const given = args.text('params');
  if (given !== undefined) return parseParameters(given);
  return procedure.parameters.map(({ name, type }) => ({
    name,
    type: typeFor(type, procedure, `--params "${name}:TYPE,…"`, name),
    default: null,
  }));
}

/** A type that the source declares; without one the option that gives it is asked for. */
function typeFor(
  type: string | null,
  { name }: Declared,
  option: string,
  parameter: string | null = null,
): string {
  if (type !== null) return type;
  const what = parameter === null ? 'result' : `parameter ${parameter}`;
  throw usageError(
    `the source of ${name} declares no type that SQL knows for its ${what}`,
    `add it to the source, or give ${option}`,
  );
}

/** `name` or `schema.name`, quoted as in SQL or not; the SQL parser is the one that knows. */
export function nameOf(text: string): { readonly schema: string | null; readonly name: string } {
  const statement = parsedOne(`DESCRIBE PROCEDURE ${text}`);
  if (statement?.kind === 'describe_procedure') {
    return { schema: statement.schema, name: statement.name };
  }
  throw usageError(`"${text}" is not the name of a procedure`);
}

/** Reads sizes and times as the statement does. */
function limitsOf(options: readonly string[]) {
  if (options.length === 0) return {};
  const statement = parsedOne(`ALTER PROCEDURE p SET (${options.join(', ')})`);
  const isSet = statement?.kind === 'alter_procedure' && statement.action.kind === 'set';
  if (isSet && statement.action.kind === 'set') return statement.action.options;
  throw usageError('limits are written as --memory 64MB --timeout 30s');
}

function parsedOne(sql: string): DdlStatement | null {
  const [statement, ...others] = statementsOf(sql);
  if (statement === undefined || others.length > 0) return null;
  return parseStatement(statement)?.tree ?? null;
}

function volatilityOf(args: Arguments): Clause | null {
  const word = args.text('volatility')?.toUpperCase();
  if (word === undefined) return null;
  const known = (['IMMUTABLE', 'STABLE', 'VOLATILE'] as const).find((name) => name === word);
  if (known === undefined) {
    throw usageError(`"${word}" is not a volatility`, 'immutable, stable or volatile');
  }
  return known;
}

/** The rights that `--capabilities` lists; null when the option is absent. */
export function capabilitiesOf(args: Arguments): readonly string[] | null {
  const text = args.text('capabilities');
  return text === undefined ? null : splitList(text);
}
