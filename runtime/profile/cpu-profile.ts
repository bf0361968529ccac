import type { Stretch } from './timeline.ts';

interface ProfileNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly scriptId: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  hitCount: number;
  readonly children: number[];
}

/** V8's profile format, which Firefox Profiler, speedscope and Chrome's tools open. */
export interface CpuProfile {
  readonly nodes: readonly ProfileNode[];
  /** Microseconds. */
  readonly startTime: number;
  readonly endTime: number;
  /** A node's id for each sample. */
  readonly samples: readonly number[];
  /** Microseconds from the sample before. */
  readonly timeDeltas: readonly number[];
}

const SAMPLES_MAX = 100_000;

/**
 * Draws samples from a timeline at even distances, because viewers give every sample the same
 * weight. Threads follow one another; time without procedures is left out.
 */
export function toCpuProfile(stretches: readonly Stretch[]): CpuProfile {
  const total = stretches.reduce((sum, { startUs, endUs }) => sum + endUs - startUs, 0);
  // Viewers look at profiles in steps of half a millisecond: short ones are stretched finer.
  const step = Math.max(10, Math.min(500, total / 1000), total / SAMPLES_MAX);
  const tree = new Tree();
  const samples: number[] = [];
  let elapsed = 0;
  let due = step / 2;
  for (const { startUs, endUs, frames } of stretches) {
    elapsed += endUs - startUs;
    if (elapsed < due) continue;
    const id = tree.nodeOf(frames);
    for (; due <= elapsed; due += step) {
      tree.hit(id);
      samples.push(id);
    }
  }
  return {
    nodes: tree.nodes,
    startTime: 0,
    endTime: Math.round(samples.length * step),
    samples,
    timeDeltas: samples.map(() => Math.round(step)),
  };
}

class Tree {
  // Parents come before their children, and ids count from 1: readers rely on both.
  readonly nodes: ProfileNode[] = [];
  readonly #ids = new Map<string, number>();

  constructor() {
    this.#add('(root)');
  }

  nodeOf(frames: readonly string[]): number {
    let parent = 1;
    for (const name of frames) {
      const key = `${parent} ${name}`;
      const known = this.#ids.get(key);
      const id = known ?? this.#add(name);
      if (known === undefined) {
        this.#ids.set(key, id);
        this.nodes[parent - 1]?.children.push(id);
      }
      parent = id;
    }
    return parent;
  }

  hit(id: number): void {
    const node = this.nodes[id - 1];
    if (node !== undefined) node.hitCount += 1;
  }

  #add(functionName: string): number {
    const id = this.nodes.length + 1;
    const place = { scriptId: '0', url: '', lineNumber: -1, columnNumber: -1 };
    this.nodes.push({ id, callFrame: { functionName, ...place }, hitCount: 0, children: [] });
    return id;
  }
}

/** What one function or query took. */
export interface ProfileLine {
  readonly name: string;
  /** Share of all time in it, and in what it called. */
  readonly selfMs: number;
  readonly totalMs: number;
  readonly selfShare: number;
}

/** Functions and queries by their own time, most first. */
export function topLines(stretches: readonly Stretch[]): readonly ProfileLine[] {
  const self = new Map<string, number>();
  const total = new Map<string, number>();
  let all = 0;
  const add = (sums: Map<string, number>, name: string, time: number): void => {
    sums.set(name, (sums.get(name) ?? 0) + time);
  };
  for (const { startUs, endUs, frames } of stretches) {
    const time = (endUs - startUs) / 1000;
    all += time;
    add(self, frames.at(-1) ?? '(root)', time);
    for (const name of new Set(frames)) add(total, name, time);
  }
  return [...total]
    .map(([name, totalMs]) => {
      const selfMs = self.get(name) ?? 0;
      return { name, selfMs, totalMs, selfShare: all === 0 ? 0 : selfMs / all };
    })
    .sort((left, right) => right.selfMs - left.selfMs || right.totalMs - left.totalMs);
}
