import { useEffect, useRef, useState } from 'preact/hooks';
import { escapeControls } from '../answer/cell.ts';
import { followEvents } from '../api/event-stream.ts';
import type { Problem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';
import { EmptyState, ProblemNotice } from '../ui/notice.tsx';
import { Scroll } from '../ui/scroll.tsx';

interface LogLine {
  readonly sequence: number;
  readonly time: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly version: number;
  readonly message: string;
}

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const LINES_MAX = 1000;

/** What a procedure logs, as it comes. */
export function LogsTab({ name }: { readonly name: string }) {
  const [level, setLevel] = useState<LogLine['level']>('debug');
  const [isPaused, setPaused] = useState(false);
  const { lines, isConnected, problem, retry } = useLogs(name, level);
  const [frozen, setFrozen] = useState<readonly LogLine[]>([]);
  const shown = isPaused ? frozen : lines;
  const isLive = isConnected && !isPaused && problem === null;
  const missed = isPaused ? lines.filter(({ sequence }) => isAfter(sequence, frozen)).length : 0;
  return (
    <section aria-label={`Logs of ${name}`}>
      <div class="toolbar">
        <label>
          <span>Level</span>
          <select
            value={level}
            onChange={(event) => setLevel(event.currentTarget.value as LogLine['level'])}
          >
            {LEVELS.map((one) => (
              <option key={one} value={one}>
                {one === 'debug' ? 'all' : `${one} and above`}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          class="button button-small"
          aria-pressed={isPaused}
          onClick={() => {
            setFrozen(lines);
            setPaused(!isPaused);
          }}
        >
          {isPaused ? `Go on${missed > 0 ? ` (${missed} new)` : ''}` : 'Pause'}
        </button>
        <span class={isLive ? 'live live-on' : 'live'} role="status">
          {isLive ? 'Live' : isPaused || problem !== null ? '' : 'Connecting…'}
        </span>
      </div>
      {problem !== null && <ProblemNotice problem={problem} onRetry={retry} />}
      {problem === null && shown.length === 0 ? (
        <EmptyState title="Nothing logged">
          <p>Lines appear here as {name} writes them; those of the last 14 days are kept.</p>
        </EmptyState>
      ) : (
        <LogLines lines={shown} isFollowing={!isPaused} />
      )}
    </section>
  );
}

function isAfter(sequence: number, lines: readonly LogLine[]): boolean {
  return sequence > (lines.at(-1)?.sequence ?? -1);
}

function LogLines(props: { readonly lines: readonly LogLine[]; readonly isFollowing: boolean }) {
  const { lines, isFollowing } = props;
  const frame = useRef<HTMLElement>(null);
  const wasAtEnd = useRef(true);
  useEffect(() => {
    const { current } = frame;
    if (current !== null && isFollowing && wasAtEnd.current)
      current.scrollTop = current.scrollHeight;
  }, [lines, isFollowing]);
  return (
    // Not a live region of its own: a busy procedure would talk without end.
    <Scroll
      class="log"
      label="Log lines"
      element={frame}
      onScroll={({ scrollTop, scrollHeight, clientHeight }) => {
        wasAtEnd.current = scrollTop + clientHeight >= scrollHeight - 8;
      }}
    >
      <ol>
        {lines.map(({ sequence, time, level, version, message }) => (
          <li key={sequence} class={`log-line log-${level}`}>
            <time dateTime={time}>{time.slice(0, 23)}</time>
            <span class="log-level">{level}</span>
            <span class="log-version">v{version}</span>
            <span class="log-message">{escapeControls(message)}</span>
          </li>
        ))}
      </ol>
    </Scroll>
  );
}

/** The newest lines and then each as it comes, in batches that the screen can follow. */
function useLogs(name: string, level: LogLine['level']) {
  const [lines, setLines] = useState<readonly LogLine[]>([]);
  const [isConnected, setConnected] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    const waiting: LogLine[] = [];
    let frame = 0;
    const flush = (): void => {
      frame = 0;
      const batch = waiting.splice(0);
      setLines((known) => [...known, ...batch].slice(-LINES_MAX));
    };
    setLines([]);
    setProblem(null);
    followEvents(`/logs/stream?procedure=${encodeURIComponent(name)}&level=${level}&limit=500`, {
      signal: abort.signal,
      onConnection: setConnected,
      onEvent: ({ data }) => {
        waiting.push(JSON.parse(data) as LogLine);
        if (frame === 0) frame = requestAnimationFrame(flush);
        return false;
      },
    }).catch((error: unknown) => setProblem(problemOf(error)));
    return () => {
      abort.abort();
      cancelAnimationFrame(frame);
    };
  }, [name, level, attempt]);
  return { lines, isConnected, problem, retry: () => setAttempt((count) => count + 1) };
}
