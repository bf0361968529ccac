/** What rules know of the interpreters that procedures share. */

/** Interpreters by the module name that their programs import from, with a version behind an `@`. */
const NAMES: Readonly<Record<string, string>> = {
  heliosdb_python: 'CPython',
  heliosdb_quickjs: 'QuickJS',
  heliosdb_mruby: 'mruby',
  // Of programs from before the interpreter had a version.
  heliosdb_js: 'QuickJS',
};

/** An interpreter's name, for people. */
export function interpreterName(engine: string): string {
  const namespace = engine.replace(/@.*/, '');
  return NAMES[namespace] ?? namespace.replace(/^heliosdb_/, '');
}

/**
 * Whether a module that imports from this interpreter imports of the host what its source names,
 * and no more is linked. Interpreters without a version had the clock and random numbers to
 * themselves, so that nothing follows from what their programs do not import.
 */
export function tellsWhatItNeeds(engine: string): boolean {
  const [namespace = '', version] = engine.split('@');
  return version !== undefined && namespace in NAMES;
}
