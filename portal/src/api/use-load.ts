import { useCallback, useEffect, useRef, useState } from "react";

/** Something that is fetched, and what became of it. */
export interface Loaded<T> {
  /** The last good answer; kept while a newer one is on its way. */
  value: T | undefined;
  failure: unknown;
  loading: boolean;
  reload: () => void;
}

/**
 * Fetches when `key` changes and when asked to. An answer to an older question is dropped; the value of another
 * `key` is never shown.
 */
export function useLoad<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Loaded<T> {
  const [state, setState] = useState<{ key: string; value?: T; failure?: unknown; loading: boolean }>({ key, loading: true });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const stop = new AbortController();
    setState((old) => (old.key === key ? { ...old, loading: true } : { key, loading: true }));
    latest.current(stop.signal).then(
      (value) => {
        if (!stop.signal.aborted) setState({ key, value, loading: false });
      },
      (failure: unknown) => {
        if (!stop.signal.aborted) setState((old) => ({ ...old, failure, loading: false }));
      },
    );
    return () => stop.abort();
  }, [key, turn]);

  const reload = useCallback(() => setTurn((now) => now + 1), []);
  const fresh = state.key === key;
  return {
    value: fresh ? state.value : undefined,
    failure: fresh ? state.failure : undefined,
    loading: fresh ? state.loading : true,
    reload,
  };
}
