/** Where in the page somebody is. */
export type Route =
  | { readonly view: 'ask' }
  | { readonly view: 'runs' }
  | { readonly view: 'run'; readonly id: string }
  | { readonly view: 'schema'; readonly table: string | null }
  | { readonly view: 'procedures' }
  | { readonly view: 'procedure'; readonly name: string; readonly tab: ProcedureTab }
  | { readonly view: 'advice'; readonly id: string | null }
  | { readonly view: 'settings' }
  | { readonly view: 'unknown'; readonly path: string };

export const PROCEDURE_TABS = ['overview', 'metrics', 'logs', 'profile'] as const;
export type ProcedureTab = (typeof PROCEDURE_TABS)[number];

/** Reads a path of the page's address. */
export function parseRoute(path: string): Route {
  const parts = path.split('/').filter((part) => part !== '');
  const names = parts.map(decode);
  const unknown: Route = { view: 'unknown', path };
  if (names.includes(null)) return unknown;
  const [view = 'ask', first = null, second = null, ...rest] = names as string[];
  if (rest.length > 0 || (second !== null && view !== 'procedures')) return unknown;
  switch (view) {
    case 'ask':
    case 'settings':
      return first === null ? { view } : unknown;
    case 'runs':
      return first === null ? { view } : { view: 'run', id: first };
    case 'schema':
      return { view, table: first };
    case 'advice':
      return { view, id: first };
    case 'procedures': {
      if (first === null) return { view };
      const tab = second ?? 'overview';
      return isTab(tab) ? { view: 'procedure', name: first, tab } : unknown;
    }
    default:
      return unknown;
  }
}

/** The path of a place, which `parseRoute` reads back. */
export function printRoute(route: Route): string {
  switch (route.view) {
    case 'ask':
      return '/';
    case 'runs':
    case 'procedures':
    case 'settings':
      return `/${route.view}`;
    case 'run':
      return `/runs/${encodeURIComponent(route.id)}`;
    case 'schema':
      return route.table === null ? '/schema' : `/schema/${encodeURIComponent(route.table)}`;
    case 'advice':
      return route.id === null ? '/advice' : `/advice/${encodeURIComponent(route.id)}`;
    case 'procedure': {
      const path = `/procedures/${encodeURIComponent(route.name)}`;
      return route.tab === 'overview' ? path : `${path}/${route.tab}`;
    }
    case 'unknown':
      return route.path;
    default:
      return route satisfies never;
  }
}

function isTab(text: string): text is ProcedureTab {
  return (PROCEDURE_TABS as readonly string[]).includes(text);
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
