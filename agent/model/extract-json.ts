import { jsonrepair } from 'jsonrepair';

/** Candidates looked at in one reply; a longer reply is noise. */
const CANDIDATES_MAX = 20;

/**
 * Finds the JSON value in a model's text: the text itself, a fenced block, or the largest object
 * in prose, with small mistakes mended (trailing commas, single quotes, comments, a missing end).
 * A fenced SQL statement without JSON is returned as `{ sql }`. Null when there is nothing.
 */
export function extractJson(reply: string): unknown {
  const text = reply.replace(/<think(?:ing)?>[\s\S]*?(?:<\/think(?:ing)?>|$)/gi, '').trim();
  const whole = parse(text);
  if (whole !== undefined) return whole;
  const fenced = [...text.matchAll(/```(\w*)[^\n]*\n([\s\S]*?)(?:```|$)/g)].map(
    ([, language = '', content = '']) => ({ language: language.toLowerCase(), content }),
  );
  for (const { language, content } of fenced) {
    if (language === 'sql' || language === 'duckdb') continue;
    const value = parse(content) ?? mend(content);
    if (value !== undefined) return value;
  }
  for (const candidate of braced(text)) {
    const value = parse(candidate) ?? mend(candidate);
    if (value !== undefined) return value;
  }
  const sql = fenced.find(({ content }) => /^\s*(select|with|from)\b/i.test(content))?.content;
  if (sql !== undefined) return { sql: sql.trim() };
  return /^\s*(select|with)\b[\s\S]*\bfrom\b/i.test(text) ? { sql: text } : null;
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    // A model that wraps its object in a list means the object.
    const inner = Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
    return typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : undefined;
  } catch {
    return undefined;
  }
}

function mend(text: string): object | undefined {
  if (!text.trimStart().startsWith('{')) return undefined;
  try {
    return parse(jsonrepair(text));
  } catch {
    return undefined;
  }
}

/** Objects in prose, largest first; an object that is never closed reaches to the end. */
function braced(text: string): readonly string[] {
  const found: string[] = [];
  for (let start = text.indexOf('{'); start >= 0; start = text.indexOf('{', start + 1)) {
    const end = endOf(text, start);
    found.push(text.slice(start, end));
    if (found.length >= CANDIDATES_MAX) break;
    start = end - 1;
  }
  return found.sort((a, b) => b.length - a.length);
}

function endOf(text: string, start: number): number {
  let depth = 0;
  let isInside = false;
  for (let index = start; index < text.length; index++) {
    const character = text.charAt(index);
    if (isInside) {
      if (character === '\\') index += 1;
      else if (character === '"') isInside = false;
    } else if (character === '"') isInside = true;
    else if (character === '{') depth += 1;
    else if (character === '}') {
      depth -= 1;
      if (depth === 0) return index + 1;
    }
  }
  return text.length;
}
