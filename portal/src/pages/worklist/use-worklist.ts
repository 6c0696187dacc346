import { useEffect } from "react";
import { answer, api } from "../../api/client";
import type { Escalation, Worklist } from "../../api/types";
import { type Loaded, useLoad } from "../../api/use-load";

/** How often it is looked at again: colleagues work on it too, and people are heard of. */
const POLL_MS = 5_000;

export function useWorklist(): Loaded<Worklist> {
  return useAgain(useLoad("worklist", (signal) => answer(api.GET("/api/escalations", { signal }))));
}

export function useEscalation(id: string): Loaded<Escalation> {
  return useAgain(useLoad(`escalation ${id}`, (signal) => answer(api.GET("/api/escalations/{id}", { params: { path: { id } }, signal }))));
}

function useAgain<T>(loaded: Loaded<T>): Loaded<T> {
  const { reload } = loaded;
  useEffect(() => {
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  return loaded;
}
