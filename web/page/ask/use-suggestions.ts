import { useEffect, useState } from 'preact/hooks';
import { request } from '../api/request.ts';

const PAUSE_MS = 120;
const TYPED_CHARACTERS_MAX = 200;

/** Questions that contain the words typed so far; none while the list is closed. */
export function useSuggestions(typed: string, isWanted: boolean): readonly string[] {
  const [suggestions, setSuggestions] = useState<readonly string[]>([]);
  useEffect(() => {
    const words = typed.trim();
    if (!isWanted || words.length > TYPED_CHARACTERS_MAX) {
      setSuggestions([]);
      return;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => {
      request<{ readonly suggestions: readonly string[] }>(
        `/suggestions?q=${encodeURIComponent(words)}`,
        { signal: abort.signal },
      )
        // A question that stands there already is no suggestion.
        .then(({ suggestions: found }) => setSuggestions(found.filter((text) => text !== words)))
        .catch(() => {
          // Suggestions are a help: where they cannot be had, the field works without.
          if (!abort.signal.aborted) setSuggestions([]);
        });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [typed, isWanted]);
  return suggestions;
}
