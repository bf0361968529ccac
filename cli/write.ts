import type { OutputStream } from './console.ts';

/** Writes text and waits until the stream can take more: output never piles up in memory. */
export async function write(stream: OutputStream, text: string): Promise<void> {
  if (text === '' || stream.write(text)) return;
  await new Promise<void>((resolve) => {
    const settle = () => {
      stream.off('drain', settle);
      stream.off('error', settle);
      stream.off('close', settle);
      resolve();
    };
    stream.once('drain', settle);
    // A reader that went away is noticed once, in `main.ts`.
    stream.once('error', settle);
    stream.once('close', settle);
  });
}
