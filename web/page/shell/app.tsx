import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { AdviceView } from '../advice/advice-view.tsx';
import { AskView } from '../ask/ask-view.tsx';
import { ProcedureView } from '../procedures/procedure-view.tsx';
import { ProceduresView } from '../procedures/procedures-view.tsx';
import { RunView } from '../run/run-view.tsx';
import { RunsView } from '../runs/runs-view.tsx';
import { SchemaView } from '../schema/schema-view.tsx';
import { SettingsView } from '../settings/settings-view.tsx';
import { Announcer } from '../ui/announcer.tsx';
import { EmptyState } from '../ui/notice.tsx';
import { Link } from './link.tsx';
import { Menu } from './menu.tsx';
import { RouteContext, useLocation } from './navigation.ts';
import type { Route } from './route.ts';
import { ServiceProvider } from './service-context.tsx';

/** The whole page: the menu, and the view of the place one is at. */
export function App() {
  const route = useLocation();
  const main = useRef<HTMLElement>(null);
  const isFirst = useRef(true);
  const place = `${route.view}/${'id' in route ? route.id : ''}`;
  useEffect(() => {
    document.title = titleOf(route);
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    scrollTo(0, 0);
    // A view that has a field of its own to start with takes the focus itself.
    if (!main.current?.contains(document.activeElement)) main.current?.focus();
  }, [place]);
  return (
    <RouteContext.Provider value={route}>
      <ServiceProvider>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <div class="shell">
          <Menu />
          <main id="main" class={`main main-${route.view}`} tabIndex={-1} ref={main}>
            {viewOf(route)}
          </main>
        </div>
        <Announcer />
      </ServiceProvider>
    </RouteContext.Provider>
  );
}

function viewOf(route: Route): ComponentChildren {
  switch (route.view) {
    case 'ask':
      return <AskView />;
    case 'runs':
      return <RunsView />;
    case 'run':
      return <RunView key={route.id} id={route.id} />;
    case 'schema':
      return <SchemaView table={route.table} />;
    case 'procedures':
      return <ProceduresView />;
    case 'procedure':
      return <ProcedureView key={route.name} name={route.name} tab={route.tab} />;
    case 'advice':
      return <AdviceView id={route.id} />;
    case 'settings':
      return <SettingsView />;
    case 'unknown':
      return (
        <EmptyState title="There is nothing at this address">
          <p>
            The address <code>{route.path}</code> names no part of this page.{' '}
            <Link to={{ view: 'ask' }}>Ask a question</Link> instead.
          </p>
        </EmptyState>
      );
    default:
      return route satisfies never;
  }
}

function titleOf(route: Route): string {
  const names: Readonly<Record<Route['view'], string>> = {
    ask: 'Ask',
    runs: 'Runs',
    run: 'Run',
    schema: 'Schema',
    procedures: 'Procedures',
    procedure: 'Procedure',
    advice: 'Advice',
    settings: 'Settings',
    unknown: 'Not found',
  };
  return `${names[route.view]} · HeliosDB`;
}
