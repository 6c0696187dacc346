/** A phone at the desk. There is more than one kind, and the page does not know which it has. */
import type { Phone } from "../api/types";

/** What an agent does at it. */
export type PhoneAct =
  | { act: Exclude<Phone["status"], "missed"> }
  | { act: "accept" | "decline" | "hang-up" | "wrapped-up"; contact: string };

export interface PhoneListener {
  /** How it stands, whenever that changes. */
  onPhone: (phone: Phone) => void;
  /** What keeps it from working; undefined when that is over. */
  onTrouble: (trouble: unknown) => void;
}

export interface Softphone {
  /** Tells how it stands until `signal` says stop. */
  follow: (listener: PhoneListener, signal: AbortSignal) => void;
  /** Does something at it, or throws why that is not possible now. */
  act: (act: PhoneAct) => Promise<void>;
  /** Where it has a panel of its own: shows that at this place, until the function that is answered is called. */
  place?: (slot: HTMLElement) => () => void;
}
