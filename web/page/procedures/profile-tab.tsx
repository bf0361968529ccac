import { useState } from 'preact/hooks';
import { request, saveFile } from '../api/request.ts';
import { useMayActAs } from '../shell/service-context.tsx';
import { announce } from '../ui/announcer.tsx';
import { formatCount, formatDuration } from '../ui/format.ts';
import { Icon } from '../ui/icon.tsx';
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

interface Profile {
  readonly lines: readonly ProfileLine[];
  /** Events that were too many to record. */
  readonly dropped: number;
  /** What profile viewers open. */
  readonly profile: unknown;
}

/** Where a procedure's time goes: recorded when asked for, by repeating sampled calls. */
export function ProfileTab({ name }: { readonly name: string }) {
  const recording = useAction();
  const [profile, setProfile] = useState<Profile | null>(null);
  const mayRecord = useMayActAs('author');
  const record = (): void =>
    void recording.start(async () => {
      const path = `/procedures/${encodeURIComponent(name)}/profile`;
      setProfile(await request<Profile>(path));
      announce('The profile is there');
    });
  return (
    <section aria-label={`Profile of ${name}`}>
      <div class="toolbar">
        <button
          type="button"
          class="button button-main"
          disabled={recording.isBusy || !mayRecord}
          onClick={record}
        >
          {recording.isBusy ? 'Recording…' : profile === null ? 'Record a profile' : 'Record again'}
        </button>
        {profile !== null && (
          <button
            type="button"
            class="button"
            onClick={() => saveFile(JSON.stringify(profile.profile), `${name}.cpuprofile`)}
          >
            <Icon name="download" />
            For a profile viewer
          </button>
        )}
        <p class="help">
          {mayRecord
            ? 'Repeats calls that were sampled, for two seconds, without changing anything.'
            : 'Recording needs role author.'}
        </p>
      </div>
      {recording.problem !== null && <ProblemNotice problem={recording.problem} />}
      {profile !== null && <ProfileTable lines={profile.lines} />}
      {profile !== null && profile.dropped > 0 && (
        <p class="help">{formatCount(profile.dropped)} events were too many to record.</p>
      )}
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
