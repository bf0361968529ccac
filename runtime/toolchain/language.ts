/** What a guest language has to offer so that its sources can be compiled. */

/** The languages whose sources can be compiled. */
export type GuestLanguage =
  | 'rust'
  | 'c'
  | 'javascript'
  | 'python'
  | 'go'
  | 'java'
  | 'kotlin'
  | 'ruby'
  | 'assemblyscript';

export interface CompileRequest {
  /** Absolute path of a file or of a project's folder. */
  readonly source: string;
  /** Absolute path of the module to write. */
  readonly output: string;
  /** Gets what compilers print, piece by piece. */
  readonly onDiagnostics: (text: string) => void;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** One guest language. Each lives in a file of its own. */
export interface Toolchain {
  readonly language: GuestLanguage;
  /** How a source marks a procedure, for people; null where `compile` itself says so. */
  readonly marking: string | null;
  /** Whether a source is written in this language. */
  accepts(source: string, isDirectory: boolean): boolean;
  /** Writes the module and returns the compiler that made it, for people. */
  compile(request: CompileRequest): Promise<string>;
}
