import { useEffect, useState } from "react";
import { answer, api } from "../api/client";
import type { Call, Phone } from "../api/types";
import { useLoad } from "../api/use-load";
import { watchPhone } from "../desk/open";
import { useConfig } from "./context";

/** What wants an agent at the desk while they look at something else. */
export interface AtPhone {
  phone: Phone;
  /** Who is at the other end, once that is known. */
  name: string | undefined;
}

/** How the phone of whoever is signed in stands, as long as `watching`; nothing while nobody needs to go there. */
export function useAtPhone(watching: boolean): AtPhone | undefined {
  const config = useConfig();
  const [phone, setPhone] = useState<Phone>();
  useEffect(() => {
    if (!watching) return undefined;
    const stop = new AbortController();
    // What troubles the phone is told at the desk.
    const listener = { onPhone: setPhone, onTrouble: () => undefined };
    watchPhone(config).then((opened) => {
      if (!stop.signal.aborted) opened?.follow(listener, stop.signal);
    }, () => undefined);
    return () => {
      stop.abort();
      setPhone(undefined);
    };
  }, [watching, config]);
  const name = useName(phone?.call ?? undefined);
  return phone && (phone.call || phone.status === "missed") ? { phone, name } : undefined;
}

function useName(call: Call | undefined): string | undefined {
  const id = call?.callback_id ?? undefined;
  const found = useLoad(`called ${id}`, async (signal) =>
    id === undefined ? undefined : answer(api.GET("/api/desk/callbacks/{id}", { params: { path: { id } }, signal })));
  return found.value && `${found.value.first_name} ${found.value.last_name}`;
}
