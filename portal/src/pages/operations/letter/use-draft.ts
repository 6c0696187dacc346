import { useEffect, useState } from "react";
import type { Foreseen } from "../../../api/types";
import { foresee } from "../deeds";

/** So long nobody types before the service is asked. */
const REST_MS = 600;

export interface Draft {
  foreseen?: Foreseen;
  failure?: unknown;
  /** What is told is of an older draft. */
  trying: boolean;
}

/** What would come of a draft, once there is nothing wrong with it that can be seen here. */
export function useDraft(id: string, draft: string, sound: boolean): Draft {
  const [told, setTold] = useState<Draft & { of: string }>({ trying: false, of: "" });
  useEffect(() => {
    if (!sound) return undefined;
    const stop = new AbortController();
    const timer = setTimeout(() => {
      foresee(id, draft, stop.signal).then(
        (foreseen) => setTold({ foreseen, trying: false, of: draft }),
        (failure: unknown) => {
          if (!stop.signal.aborted) setTold({ failure, trying: false, of: draft });
        },
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [id, draft, sound]);
  return { ...told, trying: sound && told.of !== draft };
}
