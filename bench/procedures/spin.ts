/** A thread that only computes: what `burn` of the guest computes, in 32 bits. */
import { parentPort } from 'node:worker_threads';
import type { Spin } from './plain-threads.ts';

parentPort?.on('message', ({ remaining, rounds }: Spin) => {
  let state = 1;
  // Whoever is free takes the next call, as the engine's threads do.
  while (Atomics.sub(remaining, 0, 1) > 0) {
    for (let round = 0; round < rounds; round++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
    }
  }
  parentPort?.postMessage(state);
});
