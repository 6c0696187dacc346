/** The words of the worklist. */
import type { Escalation, RungTold } from "../../api/types";

type Rung = Pick<RungTold, "to" | "keyholder">;

/** Who is told at a rung; keyholders by name where they have one. */
export function whom({ to, keyholder }: Rung, person: Escalation["person"]): string {
  switch (to) {
    case "duty_officer":
      return "Duty officer";
    case "welfare_visit":
      return "Welfare visit";
    case "keyholder": {
      const name = keyholder == null ? undefined : person?.keyholders[keyholder - 1]?.name;
      return name ? `Keyholder ${keyholder}: ${name}` : `Keyholder ${keyholder ?? ""}`.trim();
    }
  }
}

/** What whoever sees to it does at this rung. */
export function whatToDo({ cause }: Escalation, { to }: Pick<RungTold, "to">): string {
  switch (to) {
    case "duty_officer":
      return cause === "bad_number"
        ? "Their number does not exist: ask the keyholders how they are, find out the right number, and correct the record."
        : "Ring the resident. If nobody answers, ring the keyholders.";
    case "keyholder":
      return "Ring the keyholder and ask them to look in.";
    case "welfare_visit":
      return "Send somebody to the door, or call the emergency services.";
  }
}

export const risks: Record<NonNullable<NonNullable<Escalation["person"]>["risk"]>, { label: string; color: "red" | "blue" | "grey" }> = {
  high: { label: "High risk", color: "red" },
  medium: { label: "Medium risk", color: "blue" },
  low: { label: "Low risk", color: "grey" },
};

export const heards: Record<NonNullable<NonNullable<Escalation["person"]>["heard"]>, string> = {
  well: "pressed 1: well",
  wants_to_talk: "pressed 2: wanted to talk",
  spoken_to: "spoken to or seen",
  known_safe: "known to be safe",
  opted_out: "opted out",
};

/** How somebody knows that a person is safe. */
export const CLEARS = [
  { value: "spoken_to", label: "I spoke to them", description: "Or a colleague did." },
  { value: "seen_in_person", label: "They were seen in person", description: "By a colleague, a keyholder or the emergency services." },
  { value: "known_safe", label: "It is known that they are safe", description: "Such as in hospital, or away with family." },
] as const;

export const endings: Record<NonNullable<Escalation["ended"]>["how"], string> = {
  spoken_to: "All-clear: spoken to",
  seen_in_person: "All-clear: seen in person",
  known_safe: "All-clear: known to be safe",
  heard_of: "They were heard of",
  deleted: "They are no longer on the register",
  switched_off: "They were switched off",
  suppressed: "They are not to be called any more",
  no_consent: "They do not agree to be called",
  callback_cancelled: "The callback was cancelled",
};

export function nameOf({ person }: Escalation): string {
  return person ? `${person.first_name} ${person.last_name}`.trim() : "Somebody who is no longer on the register";
}
