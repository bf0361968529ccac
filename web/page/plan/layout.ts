/** A task as the drawing needs it. */
export interface LayoutTask {
  readonly id: string;
  readonly dependsOn: readonly string[];
}

export interface LayoutSizes {
  /** The width there is; a plan that does not fit side by side flows downwards. */
  readonly width: number;
  readonly nodeWidthMin: number;
  readonly nodeWidthMax: number;
  readonly nodeHeight: number;
  /** Between one rank and the next, where the edges run. */
  readonly rankGap: number;
  /** Between the nodes of one rank. */
  readonly gap: number;
}

export interface PlacedNode {
  readonly id: string;
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  /** An SVG path. */
  readonly path: string;
}

export interface PlanLayout {
  readonly direction: 'right' | 'down';
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/**
 * Places a plan's tasks: a task stands one rank after the last of those it reads, and beside the
 * others of its rank in the order of the plan.
 */
export function layoutPlan(tasks: readonly LayoutTask[], sizes: LayoutSizes): PlanLayout {
  const ranks = toRanks(tasks);
  const { nodeHeight, rankGap, gap } = sizes;
  const broadest = Math.max(1, ...ranks.map((rank) => rank.length));
  const widthSideBySide = share(sizes.width, ranks.length, rankGap);
  const direction = widthSideBySide >= sizes.nodeWidthMin ? 'right' : 'down';
  const nodeWidth =
    direction === 'right'
      ? Math.min(widthSideBySide, sizes.nodeWidthMax)
      : Math.max(1, share(sizes.width, broadest, gap));
  const rightWidth = ranks.length * (nodeWidth + rankGap) - rankGap;
  const along = direction === 'right' ? nodeWidth + rankGap : nodeHeight + rankGap;
  const across = direction === 'right' ? nodeHeight + gap : nodeWidth + gap;
  const nodes = ranks.flatMap((rank, rankIndex) =>
    rank.map((id, index) => {
      // A rank of few stands in the middle of a plan that is broader elsewhere.
      const offset = ((broadest - rank.length) * across) / 2 + index * across;
      const [x, y] =
        direction === 'right' ? [rankIndex * along, offset] : [offset, rankIndex * along];
      return { id, x, y };
    }),
  );
  const placed = new Map(nodes.map((node) => [node.id, node]));
  const edges = tasks.flatMap(({ id, dependsOn }) =>
    dependsOn.flatMap((from) => {
      const [start, end] = [placed.get(from), placed.get(id)];
      if (start === undefined || end === undefined) return [];
      return [{ from, to: id, path: edgePath({ start, end, direction, nodeWidth, nodeHeight }) }];
    }),
  );
  const size = {
    right: [rightWidth, ranks.length === 0 ? 0 : broadest * across - gap],
    down: [sizes.width, ranks.length * along - rankGap],
  } as const;
  const [width, height] = size[direction];
  return {
    direction,
    width: Math.max(0, width),
    height: Math.max(0, height),
    nodeWidth,
    nodes,
    edges,
  };
}

/** The width of each of some nodes side by side. */
function share(width: number, count: number, gap: number): number {
  return Math.floor((width - gap * (count - 1)) / Math.max(1, count));
}

function toRanks(tasks: readonly LayoutTask[]): string[][] {
  const byId = new Map(tasks.map((task) => [task.id, task]));
  const rankOf = new Map<string, number>();
  const rank = (task: LayoutTask, path: ReadonlySet<string>): number => {
    const known = rankOf.get(task.id);
    if (known !== undefined) return known;
    const before = task.dependsOn.flatMap((id) => {
      const earlier = byId.get(id);
      // A plan has no cycles; one that has them is drawn rather than hung on.
      return earlier === undefined || path.has(id) ? [] : [rank(earlier, new Set([...path, id]))];
    });
    const value = before.length === 0 ? 0 : Math.max(...before) + 1;
    rankOf.set(task.id, value);
    return value;
  };
  const ranks: string[][] = [];
  for (const task of tasks) {
    const index = rank(task, new Set([task.id]));
    while (ranks.length <= index) ranks.push([]);
    ranks[index]?.push(task.id);
  }
  return ranks;
}

function edgePath(parts: {
  readonly start: PlacedNode;
  readonly end: PlacedNode;
  readonly direction: PlanLayout['direction'];
  readonly nodeWidth: number;
  readonly nodeHeight: number;
}): string {
  const { start, end, direction, nodeWidth, nodeHeight } = parts;
  if (direction === 'right') {
    const [x1, y1] = [start.x + nodeWidth, start.y + nodeHeight / 2];
    const [x2, y2] = [end.x, end.y + nodeHeight / 2];
    const middle = (x1 + x2) / 2;
    return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
  }
  const [x1, y1] = [start.x + nodeWidth / 2, start.y + nodeHeight];
  const [x2, y2] = [end.x + nodeWidth / 2, end.y];
  const middle = (y1 + y2) / 2;
  return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
