import { createContext } from 'preact';
import { useContext, useEffect, useState } from 'preact/hooks';
import type { Route } from './route.ts';
import { parseRoute, printRoute } from './route.ts';

export const RouteContext = createContext<Route>({ view: 'ask' });

export function useRoute(): Route {
  return useContext(RouteContext);
}

const CHANGED = 'heliosdb-navigated';

/** Goes to a place in the page; `replace` leaves no step to come back to. */
export function navigate(route: Route, { replace = false } = {}): void {
  const path = printRoute(route);
  if (path === location.pathname) return;
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  dispatchEvent(new Event(CHANGED));
}

/** The place the address names, and again whenever it changes. */
export function useLocation(): Route {
  const [path, setPath] = useState(location.pathname);
  useEffect(() => {
    const read = () => setPath(location.pathname);
    addEventListener('popstate', read);
    addEventListener(CHANGED, read);
    return () => {
      removeEventListener('popstate', read);
      removeEventListener(CHANGED, read);
    };
  }, []);
  return parseRoute(path);
}
