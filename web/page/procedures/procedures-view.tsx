import { Link } from '../shell/link.tsx';
import { Loaded } from '../ui/loaded.tsx';
import { EmptyState } from '../ui/notice.tsx';
import { useResource } from '../ui/use-resource.ts';
import { Capabilities } from './capabilities.tsx';
import type { ProcedureRow } from './procedure.ts';
import { toProcedure } from './procedure.ts';

/** What is registered, and what each of it may do. */
export function ProceduresView() {
  const procedures = useResource<{ readonly procedures: readonly ProcedureRow[] }>('/procedures');
  return (
    <>
      <header class="view-head">
        <h1>Procedures</h1>
        <p>WebAssembly that the database runs in a sandbox: each has only the rights listed.</p>
      </header>
      <Loaded of={procedures} what="the procedures">
        {({ procedures: rows }) =>
          rows.length === 0 ? <NoProcedures /> : <ProcedureList rows={rows} />
        }
      </Loaded>
    </>
  );
}

function NoProcedures() {
  return (
    <EmptyState title="No procedure is registered">
      <p>
        Compile one to WebAssembly and register it:{' '}
        <code>heliosdb procedure create --name … --file ….wasm</code>, or{' '}
        <code>CREATE PROCEDURE … LANGUAGE wasm</code> in SQL.
      </p>
    </EmptyState>
  );
}

function ProcedureList({ rows }: { readonly rows: readonly ProcedureRow[] }) {
  return (
    <ul class="cards">
      {rows.map(toProcedure).map((procedure) => (
        <li key={procedure.id} class="card">
          <h2 class="card-title">
            <Link to={{ view: 'procedure', name: procedure.name, tab: 'overview' }}>
              {procedure.name}
            </Link>
          </h2>
          <p class="signature">
            ({procedure.parameters.map(({ name, type }) => `${name} ${type}`).join(', ')}) →{' '}
            {procedure.returns}
          </p>
          {procedure.comment !== null && <p>{procedure.comment}</p>}
          {procedure.problem !== null && <p class="bad">{procedure.problem}</p>}
          <Capabilities capabilities={procedure.capabilities} />
          <p class="facts">
            version {procedure.activeVersion}
            {procedure.versions.length > 1 && ` of ${procedure.versions.length}`} ·{' '}
            {procedure.volatility.toLowerCase()}
          </p>
        </li>
      ))}
    </ul>
  );
}
