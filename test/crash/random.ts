/** Numbers below a bound, the same for the same seed (a linear congruential generator). */
export function randomOf(seed: number): (bound: number) => number {
  let state = BigInt(seed) * 2_654_435_761n + 1n;
  return (bound) => {
    state = (state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n) % 2n ** 64n;
    return Number((state >> 33n) % BigInt(bound));
  };
}
