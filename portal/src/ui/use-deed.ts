import { useCallback, useState } from "react";

/** Something that somebody has done by the service: under way, and why it was refused. */
export interface Deed {
  busy: boolean;
  failure: unknown;
  /** Does it. The answer is whether it was done; `onRefused` hears why it was not. */
  run: (deed: () => Promise<unknown>, onRefused?: (failure: unknown) => void) => Promise<boolean>;
}

export function useDeed(): Deed {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const run = useCallback<Deed["run"]>(async (deed, onRefused) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await deed();
      return true;
    } catch (refused) {
      setFailure(refused);
      onRefused?.(refused);
      return false;
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, failure, run };
}
