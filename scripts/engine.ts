/** Builds the engine where it is out of date and prints its path. */
import { HeliosError } from '#core';
import { ensureEngine } from '#runtime';

try {
  console.log(await ensureEngine({ onProgress: (line) => console.error(line) }));
} catch (error) {
  if (!HeliosError.isInstance(error)) throw error;
  for (const line of [error.message, error.detail, error.hint]) {
    if (line !== null) console.error(line);
  }
  process.exitCode = 1;
}
