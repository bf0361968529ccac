/** What a new procedure begins as, in every language: it greets a customer of the shop. */

import { fileURLToPath } from 'node:url';
import type { GuestLanguage } from './language.ts';

/** Languages that a procedure can be begun in; TypeScript is compiled as JavaScript is. */
export type ScaffoldLanguage = GuestLanguage | 'typescript';

export interface Template {
  /** Texts by path below the procedure's folder. */
  readonly files: Readonly<Record<string, string>>;
  /** What `heliosdb compile` and `heliosdb test` take, below the folder; `.` is the folder. */
  readonly source: string;
}

/** Projects name their SDK by its path until it is published. */
const SDK = fileURLToPath(new URL('../../sdk', import.meta.url));
const SQL = 'SELECT name FROM customers WHERE id = ';

/**
 * The files of a new procedure. Its name is of small letters, digits and underscores: a name in
 * SQL and in every language.
 */
export function templateOf(language: ScaffoldLanguage, name: string): Template {
  switch (language) {
    case 'python':
      return { source: `${name}.py`, files: { [`${name}.py`]: pythonSource(name) } };
    case 'ruby':
      return { source: `${name}.rb`, files: { [`${name}.rb`]: rubySource(name) } };
    case 'javascript':
      return { source: `${name}.js`, files: { [`${name}.js`]: javascriptSource(name) } };
    case 'typescript':
      return { source: `${name}.ts`, files: { [`${name}.ts`]: typescriptSource(name) } };
    case 'rust':
      return { source: '.', files: rustFiles(name) };
    case 'go':
      return { source: 'main.go', files: { 'main.go': goSource(name), 'go.mod': goModule(name) } };
    case 'assemblyscript':
      return { source: `${name}.as.ts`, files: { [`${name}.as.ts`]: assemblyscriptSource(name) } };
    case 'c':
      return { source: `${name}.c`, files: { [`${name}.c`]: cSource(name) } };
    case 'java': {
      const file = `${className(name)}.java`;
      return { source: file, files: { [file]: javaSource(name) } };
    }
    case 'kotlin':
      return { source: `${name}.kt`, files: { [`${name}.kt`]: kotlinSource(name) } };
    default:
      return language satisfies never;
  }
}

function pythonSource(name: string): string {
  return `from heliosdb_wasm import heliosdb_log, heliosdb_query


def ${name}(customer_id: int) -> str | None:
    """Greets a customer by name"""
    rows = heliosdb_query("${SQL}?", [customer_id])
    if not rows:
        heliosdb_log("warn", f"there is no customer {customer_id}")
        return None
    return f"Hello, {rows[0]['name']}!"
`;
}

function rubySource(name: string): string {
  return `# Greets a customer by name
#
# @param [Integer] customer_id
# @return [String, nil]
def ${name}(customer_id)
  row = heliosdb_query("${SQL}?", [customer_id]).first
  if row.nil?
    heliosdb_log("warn", "there is no customer #{customer_id}")
    return nil
  end
  "Hello, #{row['name']}!"
end
`;
}

function javascriptSource(name: string): string {
  return `import { heliosdbLog, heliosdbQuery } from 'heliosdb-wasm-sdk';

/**
 * Greets a customer by name
 *
 * @param {bigint} customer_id
 * @returns {string}
 */
export function ${name}(customer_id) {
${javascriptBody}
}
`;
}

function typescriptSource(name: string): string {
  return `import { heliosdbLog, heliosdbQuery } from 'heliosdb-wasm-sdk';

/** Greets a customer by name */
export function ${name}(customer_id: bigint): string | null {
${javascriptBody}
}
`;
}

function assemblyscriptSource(name: string): string {
  return `import { query, Values, warn } from "heliosdb";

/** Greets a customer by name */
export function ${name}(customer_id: i64): string | null {
  const rows = query("${SQL}?", new Values().int(customer_id));
  if (rows.length == 0) {
    warn(\`there is no customer \${customer_id}\`);
    return null;
  }
  return \`Hello, \${rows[0][0].toText()}!\`;
}
`;
}

const javascriptBody = `  const [row] = heliosdbQuery('${SQL}?', [customer_id]);
  if (row === undefined) {
    heliosdbLog('warn', \`there is no customer \${customer_id}\`);
    return null;
  }
  return \`Hello, \${row.name}!\`;`;

function rustFiles(name: string): Record<string, string> {
  const path = JSON.stringify(`${SDK}/rust/heliosdb-wasm-sdk`);
  return {
    'Cargo.toml': `[package]
name = "${name}"
version = "0.1.0"
edition = "2021"

[lib]
crate-type = ["cdylib"]

[dependencies]
heliosdb-wasm-sdk = { path = ${path} }

[workspace]
`,
    'src/lib.rs': `use heliosdb_wasm_sdk::*;

/// Greets a customer by name
#[heliosdb_procedure]
fn ${name}(customer_id: i64) -> Result<Option<String>, Error> {
    let rows = heliosdb_query(&format!("${SQL}{customer_id}"))?;
    if rows.is_empty() {
        heliosdb_log(LogLevel::Warn, &format!("there is no customer {customer_id}"))?;
        return Ok(None);
    }
    Ok(Some(format!("Hello, {}!", rows.get_string(0)?)))
}
`,
  };
}

function goSource(name: string): string {
  return `package main

import (
	"fmt"

	heliosdb "github.com/heliosdb/wasm-sdk-go"
)

// Greets a customer by name
//
//export ${name}
func ${name}(customer_id int64) *string {
	rows := heliosdb.Query(fmt.Sprintf("${SQL}%d", customer_id))
	if len(rows) == 0 {
		heliosdb.Log("warn", fmt.Sprintf("there is no customer %d", customer_id))
		return nil
	}
	greeting := fmt.Sprintf("Hello, %v!", rows[0]["name"])
	return &greeting
}

func main() {}
`;
}

function goModule(name: string): string {
  return `module example.com/${name.replaceAll('_', '-')}\n\ngo 1.24\n`;
}

function cSource(name: string): string {
  return `#include "heliosdb.h"

HELIOSDB_PROCEDURE(${name}, "customer_id BIGINT", "VARCHAR", "Greets a customer by name") {
  long long customer_id = heliosdb_i64(heliosdb_param(0));
  heliosdb_rows rows = heliosdb_queryf("SELECT 'Hello, ' || name || '!' FROM customers WHERE id = %lld",
                                       customer_id);
  if (!heliosdb_next(&rows)) return; /* NULL */
  heliosdb_return_text(heliosdb_text(heliosdb_column(&rows, 0)));
}
`;
}

function className(name: string): string {
  return name.replaceAll(/(^|_)([a-z0-9]?)/g, (_, _gap, letter: string) => letter.toUpperCase());
}

function javaSource(name: string): string {
  return `import static io.heliosdb.wasm.Heliosdb.*;

import io.heliosdb.wasm.HeliosdbProcedure;
import io.heliosdb.wasm.Row;

final class ${className(name)} {
  /** Greets a customer by name */
  @HeliosdbProcedure
  static String ${name}(long customer_id) {
    Row row = heliosdbQuery("${SQL}?", customer_id).first();
    if (row == null) {
      heliosdbLog("warn", "there is no customer " + customer_id);
      return null;
    }
    return "Hello, " + row.getString("name") + "!";
  }
}
`;
}

function kotlinSource(name: string): string {
  return `import io.heliosdb.wasm.*

/** Greets a customer by name */
@HeliosdbProcedure
fun ${name}(customer_id: Long): String? {
    val row = heliosdbQuery("${SQL}?", customer_id).firstOrNull()
    if (row == null) {
        heliosdbLog(LogLevel.WARN, "there is no customer $customer_id")
        return null
    }
    return "Hello, \${row["name"]}!"
}
`;
}
