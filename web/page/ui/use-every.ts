import { useEffect } from 'preact/hooks';

/** Does something again and again while the page is looked at. */
export function useEvery(intervalMs: number, work: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') work();
    }, intervalMs);
    return () => clearInterval(timer);
  }, [intervalMs, work]);
}
