/**
 * Purpose: the web page: its files, built from `web/page` when they are not there yet.
 * Inputs: the page's sources. Outputs: a folder of files that any server can hand out.
 * Invariants: every file but `index.html` has its content's hash in its name, and nothing in the
 * page needs a script inline, an evaluated string or another origin.
 * May not: know the service, the database or the network; the page reaches both by HTTP alone.
 */
export { ensurePage } from './ensure-page.ts';
export type { Advice } from './page/advice/advice.ts';
export type { Run, RunEvent } from './page/api/contract.ts';
