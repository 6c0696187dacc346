import { useEffect, useState } from "react";
import { answer, api } from "../../api/client";
import type { Call, Callback, Desk } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { useCallbackOf } from "./use-desk";

/** Whom a call is about. */
export interface AtPhone {
  residentId: string | undefined;
  callback: Callback | undefined;
  name: string | undefined;
}

/** Of this tab, and of contacts: so that a page that is loaded again in the work after a call still knows. */
const PREFIX = "rollcall.contact.";

/** Who is offered, rung or spoken to: from the phone as far as it says, else asked for by the contact. */
export function useSubject(call: Call | undefined, desk: Desk | undefined): AtPhone | undefined {
  const contact = call?.contact_id;
  const unsaid = contact !== undefined && call?.resident_id == null ? contact : undefined;
  const found = useLoad(`contact ${unsaid}`, async (signal) =>
    unsaid === undefined ? undefined : answer(api.GET("/api/contacts/{contact_id}/resident", { params: { path: { contact_id: unsaid } }, signal })));
  const residentId = call?.resident_id ?? found.value?.id;
  const callbackId = useCallbackId(call, residentId, desk);
  const callback = useCallbackOf(callbackId, desk);
  if (!call) return undefined;
  const named = callback ?? found.value;
  return { residentId, callback, name: named && `${named.first_name} ${named.last_name}` };
}

/** Which callback a call keeps. Once it is known it stays: whoever was spoken to is soon owed none. */
function useCallbackId(call: Call | undefined, residentId: string | undefined, desk: Desk | undefined): string | undefined {
  const contact = call?.contact_id;
  const [known, setKnown] = useState<{ contact: string; callback: string }>();
  const told = call?.callback_id ?? desk?.callbacks.find((callback) => callback.tries.some((it) => it.contact_id === contact))?.id
    ?? desk?.callbacks.find((callback) => callback.resident_id === residentId)?.id;
  useEffect(() => {
    if (contact === undefined) return;
    if (told === undefined) {
      const kept = sessionStorage.getItem(PREFIX + contact);
      if (kept !== null) setKnown((was) => (was?.contact === contact ? was : { contact, callback: kept }));
      return;
    }
    sessionStorage.setItem(PREFIX + contact, told);
    setKnown((was) => (was?.contact === contact && was.callback === told ? was : { contact, callback: told }));
  }, [contact, told]);
  return told ?? (known?.contact === contact ? known?.callback : undefined);
}
