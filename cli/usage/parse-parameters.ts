import { usageError } from './parse-arguments.ts';

interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly default: string | null;
}

/** Reads `customer_id:BIGINT,order_total:DECIMAL(10,2)=0`: names, SQL types, SQL defaults. */
export function parseParameters(text: string): readonly Parameter[] {
  return splitList(text).map((item) => {
    const [, name = '', type = '', , value = null] =
      /^\s*([^:\s]+)\s*:\s*([^=]+?)\s*(=\s*(.+?)\s*)?$/.exec(item) ?? [];
    if (name === '') {
      throw usageError(
        `"${item}" is not a parameter`,
        'parameters are written as "customer_id:BIGINT,order_total:DECIMAL"',
      );
    }
    return { name, type, default: value };
  });
}

/** The parts between commas that stand outside brackets and quotes; blanks around them go. */
export function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let quote = '';
  let part = '';
  for (const character of text) {
    if (quote !== '') quote = character === quote ? '' : quote;
    else if (character === "'" || character === '"') quote = character;
    else if ('([{'.includes(character)) depth += 1;
    else if (')]}'.includes(character)) depth -= 1;
    if (character === ',' && depth === 0 && quote === '') {
      parts.push(part);
      part = '';
    } else part += character;
  }
  const trimmed = [...parts, part].map((item) => item.trim());
  // Nothing at all is an empty list; nothing between two commas is a mistake further on.
  return trimmed.length === 1 && trimmed[0] === '' ? [] : trimmed;
}
