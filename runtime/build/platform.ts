import { HeliosError } from '#core';

/** What building and loading need to know of the machine. */
export interface Platform {
  /** DuckDB's name, which the extension's footer must carry. */
  readonly duckdb: string;
  /** The npm package that holds the prebuilt engine. */
  readonly packageName: string;
}

const DUCKDB_PLATFORMS: Readonly<Record<string, string>> = {
  'linux x64': 'linux_amd64',
  'linux arm64': 'linux_arm64',
  'darwin x64': 'osx_amd64',
  'darwin arm64': 'osx_arm64',
};

/** The platform of an operating system and processor, as Node names them. */
export function platformOf(system: string, processor: string): Platform {
  const duckdb = DUCKDB_PLATFORMS[`${system} ${processor}`];
  if (duckdb === undefined) {
    throw new HeliosError('engine_missing', {
      message: 'no engine for this platform',
      detail: `${system} on ${processor}`,
      hint: `supported: ${Object.keys(DUCKDB_PLATFORMS).join(', ')}`,
    });
  }
  return { duckdb, packageName: `@heliosdb/engine-${system}-${processor}` };
}
