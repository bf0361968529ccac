import type { Mention } from '../grounding/link.ts';
import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Operand } from '../parse/frame.ts';
import type { Expression } from '../query/logical.ts';
import { columnOf, numberOf } from '../query/logical.ts';
import type { BuildContext } from './build.ts';

/** Nouns that fit almost as well as the best may be meant as well. */
const SCORE_LOSS_MAX = 0.15;

/**
 * A figure of the rows that share something with the row whose column is compared; null where
 * nothing says which rows those are, or the figure is of another table.
 */
export function peersOperand(
  { aggregate, mention, within }: Extract<Operand, { kind: 'peers' }>,
  compared: ColumnModel | null,
  context: BuildContext,
): Expression | null {
  if (compared === null) return null;
  const figure = mention === null ? compared : figureOf(mention, compared);
  const by = sharedColumns(within, compared, context);
  if (figure === null || by.length === 0) return null;
  return { kind: 'peers', name: aggregate, of: numberOf(figure), by: by.map(columnOf) };
}

function figureOf({ names }: Mention, compared: ColumnModel): ColumnModel | null {
  const own = names.flatMap((name) =>
    name.kind === 'column' && name.table === compared.table ? [name.column] : [],
  );
  return own.includes(compared) ? compared : (own.find(({ isMeasure }) => isMeasure) ?? null);
}

/** The columns that rows of one department have in common: the key that refers to it, or its name. */
function sharedColumns(
  { names }: Mention,
  { table }: ColumnModel,
  { model }: BuildContext,
): readonly ColumnModel[] {
  const [best] = names;
  for (const name of names) {
    if (name.score < (best?.score ?? 0) - SCORE_LOSS_MAX) break;
    if (name.kind === 'column' && name.table === table && !name.column.isMeasure) {
      return name.column === table.key || name.column.refersToOwnTable ? [] : [name.column];
    }
    if (name.kind !== 'table' || name.table === table) continue;
    const [edge, other] = model.keys
      .edgesBetween(table, name.table)
      .filter(({ from }) => from === table);
    if (edge !== undefined && other === undefined) return edge.fromColumns;
  }
  return [];
}
