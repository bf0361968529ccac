import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import type { Catalog, Identity } from '../api/contract.ts';
import type { UseResource } from '../ui/use-resource.ts';
import { useResource } from '../ui/use-resource.ts';

interface Service {
  readonly catalog: UseResource<Catalog>;
  readonly me: UseResource<Identity>;
}

const NOTHING: UseResource<never> = {
  resource: { state: 'loading', value: null },
  reload: () => {},
};
const Context = createContext<Service>({ catalog: NOTHING, me: NOTHING });

/** Reads once what several views need: what the database holds and who one is. */
export function ServiceProvider({ children }: { readonly children: ComponentChildren }) {
  const catalog = useResource<Catalog>('/catalog');
  const me = useResource<Identity>('/me');
  return <Context.Provider value={{ catalog, me }}>{children}</Context.Provider>;
}

export function useService(): Service {
  return useContext(Context);
}

const ROLES = ['reader', 'caller', 'author', 'admin'] as const;

/** Whether one may do what a role may; while that is not known, the service decides. */
export function useMayActAs(role: (typeof ROLES)[number]): boolean {
  const me = useService().me.resource.value;
  return me === null || ROLES.indexOf(me.role) >= ROLES.indexOf(role);
}
