/**
 * Purpose: turns what the engine recorded of running guests into a profile that viewers open.
 * Inputs: the engine's recording as JSON. Outputs: a CPU profile, and its top lines.
 * Invariants: pure; time within a statement's calls is all accounted for.
 * May not: run statements or write files.
 */
export type { CpuProfile, ProfileLine } from './cpu-profile.ts';
export { toCpuProfile, topLines } from './cpu-profile.ts';
export type { Recording } from './recording.ts';
export { parseRecording } from './recording.ts';
export type { Stretch } from './timeline.ts';
export { timelineOf } from './timeline.ts';
