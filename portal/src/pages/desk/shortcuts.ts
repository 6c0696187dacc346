import { useEffect } from "react";
import type { PhoneAtDesk } from "./use-phone";

/** By their place on the keyboard: what Alt and Shift make of a letter differs between machines. */
export const KEYS = { accept: "A", hangUp: "H", outcome: "W" } as const;

/** The field that the work after a call begins with. */
export const OUTCOME = "outcome";

/** How a shortcut is written for people and for `aria-keyshortcuts`. */
export function shortcut(key: string): string {
  return `Alt+Shift+${key}`;
}

/** Accept, hang up and go on to the work after the call, from wherever one is typing. */
export function useShortcuts({ phone, act }: PhoneAtDesk): void {
  const call = phone?.call;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!event.altKey || !event.shiftKey || event.ctrlKey || event.metaKey || event.repeat) return;
      const does = deed(event.code);
      if (!does) return;
      event.preventDefault();
      does();
    };
    const deed = (code: string): (() => void) | undefined => {
      const contact = call?.contact_id;
      if (code === `Key${KEYS.outcome}`) return focusOutcome;
      if (contact === undefined) return undefined;
      if (code === `Key${KEYS.accept}` && call?.state === "incoming") return () => void act({ act: "accept", contact });
      const isRinging = call?.state === "connecting" || call?.state === "connected";
      if (code === `Key${KEYS.hangUp}` && isRinging) return () => void act({ act: "hang-up", contact });
      return undefined;
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [call?.contact_id, call?.state, act]);
}

function focusOutcome(): void {
  document.querySelector<HTMLElement>(`#${OUTCOME} input:checked, #${OUTCOME} input`)?.focus();
}
