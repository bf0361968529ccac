import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Problem } from '../api/problem.ts';
import { problemOf } from '../api/problem.ts';
import { request } from '../api/request.ts';

export type Resource<Value> =
  | { readonly state: 'loading'; readonly value: Value | null }
  | { readonly state: 'ready'; readonly value: Value }
  | { readonly state: 'failed'; readonly problem: Problem; readonly value: Value | null };

export interface UseResource<Value> {
  readonly resource: Resource<Value>;
  readonly reload: () => void;
}

/** What a path of the service gives, read again when the path changes or when asked to. */
export function useResource<Value>(path: string): UseResource<Value> {
  const [resource, setResource] = useState<Resource<Value>>({ state: 'loading', value: null });
  const [reading, setReading] = useState(0);
  useEffect(() => {
    const abort = new AbortController();
    setResource((last) => ({ state: 'loading', value: reading === 0 ? null : last.value }));
    request<Value>(path, { signal: abort.signal })
      .then((value) => setResource({ state: 'ready', value }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        setResource((last) => ({ state: 'failed', problem: problemOf(error), value: last.value }));
      });
    return () => abort.abort();
  }, [path, reading]);
  const reload = useCallback(() => setReading((count) => count + 1), []);
  return { resource, reload };
}
