/** Bounds of one run. Each bounds what is kept or spent; none of them changes an answer silently. */
export interface RunLimits {
  /** Rows of the answer that are kept; reading stops there and the answer says so. */
  readonly rowsMax: number;
  /** Approximate bytes of the kept rows; reading stops there and the answer says so. */
  readonly bytesMax: number;
  /** Wall-clock time from the question to the answer; past it the run fails with 57014. */
  readonly timeoutMs: number;
  /** Tasks that run at the same time, each on its own connection. */
  readonly concurrencyMax: number;
  /** Characters of a question; a longer one is refused unread. */
  readonly questionCharactersMax: number;
}

export const DEFAULT_RUN_LIMITS: RunLimits = {
  rowsMax: 10_000,
  bytesMax: 64 * 1024 * 1024,
  timeoutMs: 60_000,
  // node-api runs statements on libuv's four threads; more would only queue there.
  concurrencyMax: 4,
  questionCharactersMax: 4_000,
};
