/** A file that a generator owns, as it should be. */
export interface GeneratedFile {
  /** Path from the project's root, with forward slashes. */
  readonly path: string;
  readonly text: string;
}
