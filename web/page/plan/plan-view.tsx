import { useEffect, useRef, useState } from 'preact/hooks';
import type { Run, RunTask } from '../api/contract.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { formatDuration, formatNumberOf } from '../ui/format.ts';
import { SqlCode } from '../ui/sql-code.tsx';
import type { PlanLayout } from './layout.ts';
import { layoutPlan } from './layout.ts';
import { TaskNode } from './task-node.tsx';

const SIZES = { nodeWidthMin: 200, nodeWidthMax: 300, nodeHeight: 92, gap: 14 };
const RANK_GAP = { wide: 44, narrow: 26 };
const WIDE = 700;

/** The plan as the graph it is, alive while it runs; a task that is chosen shows its SQL. */
export function PlanView({ run }: { readonly run: Run }) {
  const [chosen, setChosen] = useState<string | null>(null);
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const layout = layoutPlan(run.tasks, {
    ...SIZES,
    width,
    rankGap: width >= WIDE ? RANK_GAP.wide : RANK_GAP.narrow,
  });
  const doneCount = run.tasks.filter(({ state }) => state === 'done').length;
  const chosenTask = run.plan?.tasks.find(({ id }) => id === chosen);
  return (
    <section class="plan" aria-labelledby="plan-title">
      <div class="section-head">
        <h2 id="plan-title">Plan</h2>
        <p>
          {run.status === 'running'
            ? `${doneCount} of ${formatNumberOf(run.tasks.length, 'task')} done`
            : formatNumberOf(run.tasks.length, 'task')}
          {run.plannedBy !== null && ` · ${describePlanner(run.plannedBy)}`}
        </p>
      </div>
      <div class={`plan-graph plan-${layout.direction}`} ref={frame}>
        <div class="plan-canvas" style={{ height: `${layout.height}px` }}>
          <Edges layout={layout} tasks={run.tasks} />
          <ol class="plan-tasks">
            {run.tasks.map((task, index) => (
              <TaskNode
                key={task.id}
                task={task}
                number={index + 1}
                place={layout.nodes.find(({ id }) => id === task.id) ?? { x: 0, y: 0 }}
                size={{ width: layout.nodeWidth, height: SIZES.nodeHeight }}
                isChosen={task.id === chosen}
                onChoose={() => setChosen(task.id === chosen ? null : task.id)}
              />
            ))}
          </ol>
        </div>
      </div>
      {chosenTask !== undefined && (
        <div class="task-detail" id="task-detail">
          <div class="section-head">
            <h3>{chosenTask.title}</h3>
            <CopyButton text={chosenTask.sql} label="Copy" what="SQL" />
          </div>
          <TaskFacts
            task={run.tasks.find(({ id }) => id === chosenTask.id)}
            procedure={chosenTask.call?.procedure ?? null}
          />
          <SqlCode sql={chosenTask.sql} label={`SQL of ${chosenTask.title}`} />
        </div>
      )}
    </section>
  );
}

function describePlanner({ kind, model }: NonNullable<Run['plannedBy']>): string {
  switch (kind) {
    case 'offline':
      return 'planned without a language model';
    case 'model':
      return `planned by ${model ?? 'a language model'}`;
    case 'verified':
      return 'planned from a verified question';
    case 'given':
      return 'a plan that was given';
    default:
      return kind satisfies never;
  }
}

function TaskFacts(props: {
  readonly task: RunTask | undefined;
  readonly procedure: string | null;
}) {
  const { task, procedure } = props;
  const facts = [
    task?.id,
    procedure === null ? null : `calls ${procedure} once for each row`,
    task === undefined || task.dependsOn.length === 0 ? null : `reads ${task.dependsOn.join(', ')}`,
    task?.rows == null ? null : formatNumberOf(task.rows, 'row'),
    task?.ms == null ? null : formatDuration(task.ms),
    task?.error?.message,
  ];
  return <p class="facts">{facts.filter((fact) => fact != null).join(' · ')}</p>;
}

/** Which task reads which; the list of tasks says the same in words. */
function Edges({ layout, tasks }: { readonly layout: PlanLayout; readonly tasks: Run['tasks'] }) {
  const stateOf = new Map(tasks.map(({ id, state }) => [id, state]));
  return (
    <svg
      class="plan-edges"
      width={layout.width}
      height={layout.height}
      aria-hidden="true"
      focusable="false"
    >
      {layout.edges.map(({ from, to, path }) => {
        const isFlowing = stateOf.get(to) === 'running';
        const isDone = stateOf.get(from) === 'done';
        const state = isFlowing ? 'edge-flowing' : isDone ? 'edge-done' : '';
        return <path key={`${from} ${to}`} class={`edge ${state}`} d={path} />;
      })}
    </svg>
  );
}

/** The width of an element, followed; a guess until it is known. */
function useWidth(element: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(900);
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    setWidth(current.clientWidth);
    const observer = new ResizeObserver(() => setWidth(current.clientWidth));
    observer.observe(current);
    return () => observer.disconnect();
  }, [element]);
  return width;
}
