import { Link } from '../shell/link.tsx';
import type { ProcedureTab } from '../shell/route.ts';
import { PROCEDURE_TABS } from '../shell/route.ts';
import { formatBytes, formatCount, formatDuration } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { ProblemNotice } from '../ui/notice.tsx';
import { useResource } from '../ui/use-resource.ts';
import { Capabilities } from './capabilities.tsx';
import { LogsTab } from './logs-tab.tsx';
import { MetricsTab } from './metrics-tab.tsx';
import type { Procedure, ProcedureRow } from './procedure.ts';
import { toProcedure } from './procedure.ts';
import { ProfileTab } from './profile-tab.tsx';

const TAB_NAMES: Readonly<Record<ProcedureTab, string>> = {
  overview: 'Overview',
  metrics: 'Metrics',
  logs: 'Logs',
  profile: 'Profile',
};

/** A procedure: what it is, what it did, what it says and where its time goes. */
export function ProcedureView(props: { readonly name: string; readonly tab: ProcedureTab }) {
  const { name, tab } = props;
  return (
    <>
      <p class="crumb">
        <Link to={{ view: 'procedures' }}>Procedures</Link>
      </p>
      <header class="view-head">
        <h1 class="code-title">{name}</h1>
      </header>
      <nav class="tabs" aria-label={`About ${name}`}>
        {PROCEDURE_TABS.map((one) => (
          <Link
            key={one}
            to={{ view: 'procedure', name, tab: one }}
            class="tab"
            isCurrent={one === tab}
          >
            {TAB_NAMES[one]}
          </Link>
        ))}
      </nav>
      {tab === 'overview' && <OverviewTab name={name} />}
      {tab === 'metrics' && <MetricsTab name={name} />}
      {tab === 'logs' && <LogsTab name={name} />}
      {tab === 'profile' && <ProfileTab name={name} />}
    </>
  );
}

function OverviewTab({ name }: { readonly name: string }) {
  const path = `/procedures/${encodeURIComponent(name)}`;
  const overloads = useResource<{ readonly procedures: readonly ProcedureRow[] }>(path);
  return (
    <Loaded of={overloads} what={name}>
      {({ procedures }) =>
        procedures
          .map(toProcedure)
          .map((procedure) => <Overview key={procedure.id} procedure={procedure} />)
      }
    </Loaded>
  );
}

function Overview({ procedure }: { readonly procedure: Procedure }) {
  const { comment, problem, returns, capabilities, volatility } = procedure;
  return (
    <article class="overview">
      {comment !== null && <p class="lead">{comment}</p>}
      {problem !== null && (
        <ProblemNotice
          title="It cannot be called"
          problem={{ message: problem, detail: null, hint: null, sqlstate: null }}
        />
      )}
      <section aria-labelledby={`parameters-${procedure.id}`}>
        <h2 id={`parameters-${procedure.id}`}>Parameters</h2>
        <dl class="pairs">
          {procedure.parameters.map((parameter) => (
            <div key={parameter.name}>
              <dt>{parameter.name}</dt>
              <dd class="type">
                {parameter.type}
                {parameter.default !== null && ` = ${parameter.default}`}
              </dd>
            </div>
          ))}
          <div>
            <dt>returns</dt>
            <dd class="type">{returns}</dd>
          </div>
          <div>
            <dt>volatility</dt>
            <dd>{volatility.toLowerCase()}</dd>
          </div>
        </dl>
      </section>
      <section aria-labelledby={`rights-${procedure.id}`}>
        <h2 id={`rights-${procedure.id}`}>Rights</h2>
        <Capabilities capabilities={capabilities} />
      </section>
      <Versions procedure={procedure} />
      <Limits procedure={procedure} />
    </article>
  );
}

const HASH_SHOWN = 12;

function Versions({ procedure }: { readonly procedure: Procedure }) {
  return (
    <section aria-labelledby={`versions-${procedure.id}`}>
      <h2 id={`versions-${procedure.id}`}>Versions</h2>
      <div class="table-frame">
        <table class="table table-plain">
          <thead>
            <tr>
              <th scope="col">Version</th>
              <th scope="col">Created</th>
              <th scope="col">Module</th>
              <th scope="col">Rights</th>
            </tr>
          </thead>
          <tbody>
            {procedure.versions.map(({ version, createdAt, moduleHash, capabilities }) => (
              <tr key={version}>
                <th scope="row">
                  {version}
                  {version === procedure.activeVersion && <span class="tag tag-sun">active</span>}
                </th>
                <td>{createdAt?.slice(0, 19) ?? ''}</td>
                <td class="type" title={moduleHash ?? undefined}>
                  {moduleHash?.slice(0, HASH_SHOWN)}
                </td>
                <td>{capabilities?.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Limits({ procedure }: { readonly procedure: Procedure }) {
  return (
    <details class="limits">
      <summary>Limits of a call</summary>
      <dl class="pairs">
        {procedure.limits.map(([name, value]) => (
          <div key={name}>
            <dt>
              {name
                .replace(/_max$/, '')
                .replace(/_(bytes|ms)$/, '')
                .replaceAll('_', ' ')}
            </dt>
            <dd>{formatLimit(name, value)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function formatLimit(name: string, value: number | boolean): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (/bytes/.test(name)) return formatBytes(value);
  return /_ms/.test(name) ? formatDuration(value) : formatCount(value);
}
