import { quoteName } from '../compile/sql.ts';
import type { Write } from '../plan.ts';

/** The one statement of a write, exactly as it is shown and run. */
export function printWrite(write: Write): string {
  switch (write.operation) {
    case 'update': {
      const assignments = write.assignments.map(
        ({ column, expression }) => `${quoteName(column)} = ${expression}`,
      );
      const where = printWhere(write.condition);
      return `UPDATE ${printTarget(write.target)} SET ${assignments.join(', ')}${where}`;
    }
    case 'delete':
      return `DELETE FROM ${printTarget(write.target)}${printWhere(write.condition)}`;
    case 'insert': {
      const columns = write.columns.map(quoteName).join(', ');
      const rows = write.rows.map((row) => `(${row.join(', ')})`).join(', ');
      return `INSERT INTO ${printTarget(write.target)} (${columns}) VALUES ${rows}`;
    }
    case 'call': {
      const { schema, name } = write.procedure;
      const list = write.arguments.map(
        ({ parameter, expression }) => `${quoteName(parameter)} := ${expression}`,
      );
      return `SELECT ${printTarget({ schema, table: name })}(${list.join(', ')}) AS ${quoteName(name)}`;
    }
  }
}

/** A table's name, with its schema where that is not the default one. */
export function printTarget({ schema, table }: { schema: string; table: string }): string {
  const name = quoteName(table);
  return schema === 'main' ? name : `${quoteName(schema)}.${name}`;
}

export function printWhere(condition: string | null): string {
  return condition === null ? '' : ` WHERE ${condition}`;
}
