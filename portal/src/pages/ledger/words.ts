/** The words for a day that is over: the same states, told of as past. */
import type { DayAccount, DayState } from "../../api/types";
import { DAY_STATES, dayStates } from "../../ui/words";

/** What needs eyes first: of a day that is over, those who were missed. */
export const ENDED_STATES: readonly DayState[] = ["trying", ...DAY_STATES.filter((state) => state !== "trying")];

const ended: Record<DayState, { label: string; meaning: string }> = {
  well: { label: "Well", meaning: "Said that they were well, by pressing 1." },
  spoken_to: { label: "Spoken to", meaning: "An agent spoke to them, or somebody saw to them." },
  callback_open: { label: "Wanted to talk", meaning: "Asked for a call back, and still waited for it when the day ended." },
  escalated: { label: "Not reached", meaning: "Could not be reached, and somebody had been told." },
  trying: { label: "Missed", meaning: "A check was due; they were not reached, and nobody had been told when the day ended." },
  paused: { label: "Paused", meaning: "A pause held, so that they were not called." },
  excluded: { label: "Not called", meaning: "Switched off, suppressed, did not agree, or the number did not exist." },
  not_due: { label: "Not due", meaning: "Had been heard of lately, or was new: no check was due." },
};

/** The word for where somebody stands, or stood. */
export function wordsOf(day: DayAccount): Record<DayState, { label: string; meaning: string }> {
  return day.status === "live" ? dayStates : ended;
}

/** Why there is no account. */
export const missing: Record<Exclude<DayAccount["status"], "live" | "closed">, string> = {
  open: "This day is over, and its account is not written yet. That is done within a quarter of an hour after the results of its last calls are known.",
  nothing_ran: "Rollcall was not running on this day. Nobody was called, and nothing is known of it.",
  no_longer_kept: "This day is longer ago than accounts of days are kept: a year, where nothing else is set. Its account was deleted.",
  before_the_first: "This day is before the first one that Rollcall kept an account of.",
};
