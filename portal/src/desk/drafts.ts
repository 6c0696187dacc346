/** What an agent has entered about a call and not sent yet. Kept for this tab: a page that is loaded again has it. */
import { useCallback, useState } from "react";
import type { AgentDisposition } from "../api/types";
import { currentSession, onSignOut } from "../session/session";

export interface Draft {
  disposition?: AgentDisposition;
  notes: string;
}

const PREFIX = "rollcall.draft.";
const NOTHING: Draft = { notes: "" };

// The next person at this machine has no business with them. A session that has expired keeps them for its owner.
onSignOut(() => {
  for (const key of Object.keys(sessionStorage)) if (key.startsWith(PREFIX)) sessionStorage.removeItem(key);
});

/** The draft about a callback; `keep(undefined)` forgets it. */
export function useDraft(callback: string): [Draft, (draft: Draft | undefined) => void] {
  const key = `${PREFIX}${currentSession()?.name}.${callback}`;
  const [state, setState] = useState(() => ({ key, draft: stored(key) }));
  const keep = useCallback((draft: Draft | undefined) => {
    if (draft) sessionStorage.setItem(key, JSON.stringify(draft));
    else sessionStorage.removeItem(key);
    setState({ key, draft: draft ?? NOTHING });
  }, [key]);
  return [state.key === key ? state.draft : stored(key), keep];
}

function stored(key: string): Draft {
  try {
    return (JSON.parse(sessionStorage.getItem(key) ?? "null") as Draft | null) ?? NOTHING;
  } catch {
    return NOTHING;
  }
}
