import { useState } from 'preact/hooks';
import { request } from '../api/request.ts';
import { announce } from '../ui/announcer.tsx';
import { formatDuration } from '../ui/format.ts';
import { ProblemNotice } from '../ui/notice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { useAction } from '../ui/use-action.ts';

interface ProfileLine {
  readonly name: string;
  readonly selfMs: number;
  readonly totalMs: number;
  /** Of the whole time. */
  readonly selfShare: number;
}

/** Where a procedure's time goes: recorded when asked for, by repeating sampled calls. */
export function ProfileTab({ name }: { readonly name: string }) {
  const recording = useAction();
  const [lines, setLines] = useState<readonly ProfileLine[] | null>(null);
  const record = (): void =>
    void recording.start(async () => {
      const path = `/procedures/${encodeURIComponent(name)}/profile`;
      const profile = await request<{ readonly lines: readonly ProfileLine[] }>(path);
      setLines(profile.lines);
      announce('The profile is there');
    });
  return (
    <section aria-label={`Profile of ${name}`}>
      <div class="toolbar">
        <button
          type="button"
          class="button button-main"
          disabled={recording.isBusy}
          onClick={record}
        >
          {recording.isBusy ? 'Recording…' : lines === null ? 'Record a profile' : 'Record again'}
        </button>
        <p class="help">
          Repeats calls that were sampled, for two seconds, without changing anything.
        </p>
      </div>
      {recording.problem !== null && <ProblemNotice problem={recording.problem} />}
      {lines !== null && <ProfileTable lines={lines} />}
    </section>
  );
}

function ProfileTable({ lines }: { readonly lines: readonly ProfileLine[] }) {
  if (lines.length === 0) return <p>Nothing was running while the profile was recorded.</p>;
  const most = Math.max(...lines.map(({ selfShare }) => selfShare), 0.001);
  return (
    <Scroll label="Functions and queries">
      <table class="table table-plain">
        <thead>
          <tr>
            <th scope="col">Function or query</th>
            <th scope="col" class="numeric">
              Share
            </th>
            <th scope="col" class="numeric">
              Own time
            </th>
            <th scope="col" class="numeric">
              With what it calls
            </th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, selfMs, totalMs, selfShare }) => (
            <tr key={name}>
              <td class="type profile-name">
                <span
                  class="profile-bar"
                  style={{ width: `${(100 * selfShare) / most}%` }}
                  aria-hidden="true"
                />
                <span>{name}</span>
              </td>
              <td class="numeric">{(selfShare * 100).toFixed(1)} %</td>
              <td class="numeric">{formatDuration(selfMs)}</td>
              <td class="numeric">{formatDuration(totalMs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
