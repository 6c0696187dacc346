import { useCallback, useEffect, useState } from "react";
import type { Config, Phone } from "../../api/types";
import { useConfig } from "../../app/context";
import { openPhone } from "../../desk/open";
import type { PhoneAct, Softphone } from "../../desk/softphone";

/** The phone as the page needs it. */
export interface PhoneAtDesk {
  kind: Config["softphone"]["kind"];
  /** How it stands; undefined while it is being reached. */
  phone: Phone | undefined;
  /** What keeps it from working. */
  trouble: unknown;
  /** Does something at it; what refuses it is shown in `trouble`, and the answer is false. */
  act: (act: PhoneAct) => Promise<boolean>;
  /** What is being done just now. */
  doing: PhoneAct["act"] | undefined;
  /** Shows its own panel, if it has one. */
  place: Softphone["place"];
}

export function usePhone(): PhoneAtDesk {
  const config = useConfig();
  const [softphone, setSoftphone] = useState<Softphone>();
  const [phone, setPhone] = useState<Phone>();
  const [trouble, setTrouble] = useState<unknown>();
  const [refusal, setRefusal] = useState<unknown>();
  const [doing, setDoing] = useState<PhoneAct["act"]>();

  useEffect(() => {
    const stop = new AbortController();
    openPhone(config).then((opened) => {
      if (stop.signal.aborted || !opened) return;
      setSoftphone(opened);
      opened.follow({ onPhone: setPhone, onTrouble: setTrouble }, stop.signal);
    }, (failure: unknown) => {
      if (!stop.signal.aborted) setTrouble(failure);
    });
    return () => stop.abort();
  }, [config]);

  const act = useCallback(async (act: PhoneAct) => {
    if (!softphone) return false;
    setDoing(act.act);
    setRefusal(undefined);
    try {
      await softphone.act(act);
      return true;
    } catch (refused) {
      setRefusal(refused);
      return false;
    } finally {
      setDoing(undefined);
    }
  }, [softphone]);

  return { kind: config.softphone.kind, phone, trouble: refusal ?? trouble, act, doing, place: softphone?.place };
}
