/** What the phone does, in words: for the screen and for those who hear it. */
import type { Call, Phone } from "../api/types";

/** `accept` and `complete` are how that is done from where the words are read. */
export function phoneWords(call: Call | undefined, name: string | undefined, status: Phone["status"] | undefined, { accept, complete }: { accept: string; complete: string }): string {
  switch (call?.state) {
    case "incoming":
      return `A callback is offered: ${name ?? "somebody"}. ${accept}`;
    case "connecting":
      return `Ringing ${name ?? "somebody"}.`;
    case "connected":
      return `Speaking with ${name ?? "somebody"}.`;
    case "wrap_up":
      return `The call is over. Say what came of it${complete}.`;
    case undefined:
      return status === "missed" ? "An offer has passed. You are offered none before you are available again." : "";
  }
}
