import { useEffect, useState } from 'preact/hooks';

type Listener = (text: string) => void;
const listeners = new Set<Listener>();

/** Says something to those who listen to the page instead of looking at it. */
export function announce(text: string): void {
  for (const listener of listeners) listener(text);
}

/** The place announcements are read from; it must be there before the first of them. */
export function Announcer() {
  const [text, setText] = useState('');
  useEffect(() => {
    // The same words twice are a change only with something invisible behind them.
    const listener: Listener = (next) => {
      setText((last) => (last === next ? `${next}\u00a0` : next));
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  }, []);
  return (
    <p class="unseen" role="status" aria-live="polite" aria-atomic="true">
      {text}
    </p>
  );
}
