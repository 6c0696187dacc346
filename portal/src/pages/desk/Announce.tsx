import type { Call, Phone } from "../../api/types";
import { KEYS, shortcut } from "./shortcuts";

/** Says what the phone does to whoever does not see it. */
export function Announce({ call, name = "somebody", status }: { call: Call | undefined; name: string | undefined; status: Phone["status"] | undefined }) {
  return <div className="only-read" aria-live="assertive" aria-atomic="true">{words(call, name, status)}</div>;
}

function words(call: Call | undefined, name: string, status: Phone["status"] | undefined): string {
  switch (call?.state) {
    case "incoming":
      return `A callback is offered: ${name}. Accept with ${shortcut(KEYS.accept)}.`;
    case "connecting":
      return `Ringing ${name}.`;
    case "connected":
      return `Speaking with ${name}.`;
    case "wrap_up":
      return `The call is over. Say what came of it: ${shortcut(KEYS.outcome)}.`;
    case undefined:
      return status === "missed" ? "An offer has passed. You are offered none before you are available again." : "";
  }
}
