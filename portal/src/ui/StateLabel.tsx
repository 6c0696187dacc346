import type { DayState } from "../api/types";
import { dayStates } from "./words";

/** The state of the day: its colour, and always its word. */
export function StateLabel({ state }: { state: DayState }) {
  return (
    <span className="state">
      <span className={`swatch tone-${state}`} aria-hidden="true" />
      {dayStates[state].label}
    </span>
  );
}
