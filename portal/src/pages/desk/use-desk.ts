import { useEffect } from "react";
import { answer, api } from "../../api/client";
import type { Callback, Desk, Phone } from "../../api/types";
import { type Loaded, useLoad } from "../../api/use-load";

/** How often the list is fetched: colleagues work on it too. */
const POLL_MS = 5_000;

/** Everybody who waits for a callback, as it changes. */
export function useDesk(phone: Phone | undefined): Loaded<Desk> {
  const desk = useLoad("desk", (signal) => answer(api.GET("/api/desk", { signal })));
  const { reload } = desk;
  const call = phone?.call;
  useEffect(() => {
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [reload]);
  // A call that begins or ends changes who waits.
  useEffect(reload, [reload, call?.contact_id, call?.state]);
  return desk;
}

/** One callback: as the list has it, or asked for where the list has it no longer. */
export function useCallbackOf(id: string | undefined, desk: Desk | undefined): Callback | undefined {
  const listed = desk?.callbacks.find((callback) => callback.id === id);
  const wanted = id !== undefined && desk !== undefined && !listed ? id : undefined;
  const asked = useLoad(`callback ${wanted}`, async (signal) =>
    wanted === undefined ? undefined : answer(api.GET("/api/desk/callbacks/{id}", { params: { path: { id: wanted } }, signal })));
  return listed ?? asked.value;
}
