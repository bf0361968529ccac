/** Builds the web page where it is out of date, says what it weighs, and prints its folder. */
import { ensurePage } from '#web';

process.stdout.write(
  `${await ensurePage({ onProgress: (line) => process.stderr.write(`${line}\n`) })}\n`,
);
