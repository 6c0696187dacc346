/** The phone of the simulated Connect, worked through the API. */
import { answer, api } from "../api/client";
import { follow as followNews } from "../api/live";
import type { Config, Desk, Phone } from "../api/types";
import type { PhoneAct, PhoneListener, Softphone } from "./softphone";

/** How often is asked while no news stream is to be had: an offer is on the screen within a second. */
const POLL_MS = 900;
/** And while there is one: what it tells may be lost with a connection. */
const CHECK_MS = 5_000;

export function simulatedPhone(live: Config["live"]): Softphone {
  let told: PhoneListener | undefined;
  let newest = -Infinity;

  /** `asOf` is when it was asked for or pushed: a slow answer must not put back what was told since. */
  const report = (phone: Desk["phone"], asOf: number) => {
    if (asOf < newest || !phone) return;
    newest = asOf;
    told?.onTrouble(undefined);
    told?.onPhone(phone);
  };

  const look = async (signal: AbortSignal) => {
    const asOf = performance.now();
    try {
      report((await answer(api.GET("/api/desk", { signal }))).phone, asOf);
    } catch (failure) {
      if (!signal.aborted) told?.onTrouble(failure);
    }
  };

  return {
    follow(listener, signal) {
      told = listener;
      let isLive = false;
      void look(signal);
      let looked = performance.now();
      const timer = setInterval(() => {
        const now = performance.now();
        if (isLive && now - looked < CHECK_MS) return;
        looked = now;
        void look(signal);
      }, POLL_MS);
      signal.addEventListener("abort", () => clearInterval(timer), { once: true });
      if (live === "poll") return;
      void followNews({
        onLiveness: (liveness) => {
          isLive = liveness === "live";
        },
        onEvent: ({ name, data }) => {
          if (name === "desk") report((JSON.parse(data) as Pick<Desk, "phone">).phone, performance.now());
        },
      }, signal);
    },
    async act(act) {
      const asOf = performance.now();
      report(await answer(sent(act)), asOf);
    },
  };
}

function sent(act: PhoneAct): ReturnType<typeof setStatus> {
  switch (act.act) {
    case "accept":
      return api.POST("/api/desk/phone/accept", { body: { contact_id: act.contact } });
    case "decline":
      return api.POST("/api/desk/phone/decline", { body: { contact_id: act.contact } });
    case "hang-up":
      return api.POST("/api/desk/phone/hang-up", { body: { contact_id: act.contact } });
    case "wrapped-up":
      return api.POST("/api/desk/phone/wrapped-up", { body: { contact_id: act.contact } });
    default:
      return setStatus(act.act);
  }
}

function setStatus(status: Exclude<Phone["status"], "missed">): Promise<{ data?: Phone; error?: unknown; response: Response }> {
  return api.PUT("/api/desk/phone/status", { body: { status } });
}
