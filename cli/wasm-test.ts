#!/usr/bin/env node
/** The program `heliosdb-wasm-test`: `heliosdb test` under the name of its own. */
process.argv.splice(2, 0, 'test');
await import('./main.ts');
