/** The words of the screen for the words of the API: one for each, everywhere. */
import type { AgentDisposition, Attempt, CancelReason, DayState, Day, Detail, ErasureReason, Group, LeavingReason, LiftReason, Stage, Suppression } from "../api/types";

interface Word {
  label: string;
  /** One sentence for those who ask what it means. */
  meaning: string;
}

/** In the order in which a day is told: what is done, what is open, who is left out. */
export const DAY_STATES: readonly DayState[] = [
  "well", "spoken_to", "callback_open", "escalated", "trying", "paused", "excluded", "not_due",
];

export const dayStates: Record<DayState, Word> = {
  well: { label: "Well", meaning: "Said today that they are well, by pressing 1." },
  spoken_to: { label: "Spoken to", meaning: "An agent has spoken to them today." },
  callback_open: { label: "Wants to talk", meaning: "Asked for a call back, and still waits for it." },
  escalated: { label: "Not reached", meaning: "Could not be reached, and somebody has been told." },
  trying: { label: "Being called", meaning: "A check is due, and they are being called." },
  paused: { label: "Paused", meaning: "Not called for a while, and called again by itself afterwards." },
  excluded: { label: "Not called", meaning: "Switched off, suppressed, did not agree, or the number does not exist." },
  not_due: { label: "Not due", meaning: "Was heard of lately, or is new: the next check comes later." },
};

export const dispositions: Record<Attempt["disposition"], Word> = {
  open: { label: "Under way", meaning: "It is not known yet how this call ended." },
  well: { label: "Well", meaning: "They pressed 1." },
  talk: { label: "Wants to talk", meaning: "They pressed 2 and were promised a call back." },
  opted_out: { label: "Wants no more calls", meaning: "They pressed 9 twice, and are on the suppression list." },
  unconfirmed: { label: "Answered, no key pressed", meaning: "Voicemail, a hang-up or no answer to the question. It does not count as reached." },
  machine: { label: "Answering machine", meaning: "A machine answered. It does not count as reached." },
  busy: { label: "Busy", meaning: "The line was busy." },
  no_answer: { label: "No answer", meaning: "It rang, and nobody answered." },
  network: { label: "Not connected", meaning: "The telephone network did not carry the call." },
  bad_number: { label: "Number does not exist", meaning: "The telephone network says so. It needs to be corrected." },
  not_placed: { label: "Not placed", meaning: "No call was made, so it does not count as an attempt." },
};

export const dayResults: Record<Day["result"], Word> = {
  well: { label: "Well", meaning: "Pressed 1." },
  spoken_to: { label: "Spoken to", meaning: "An agent spoke to them." },
  wants_to_talk: { label: "Wanted to talk", meaning: "Asked for a call back." },
  escalated: { label: "Not reached", meaning: "Could not be reached, and somebody was told." },
  paused: { label: "Paused", meaning: "A pause held." },
  none: { label: "No check", meaning: "No check was due, or it is not settled yet." },
};

export const groups: Record<Group, Word> = {
  Uploaders: { label: "Uploader", meaning: "Puts lists of residents in and keeps their records right." },
  Agents: { label: "Agent", meaning: "Calls back those who want to talk." },
  Operators: { label: "Operator", meaning: "Keeps the service running, and manages the accounts." },
};

export const GROUPS: readonly Group[] = ["Uploaders", "Agents", "Operators"];

/** Why somebody was told that a person was not reached. */
export const causes: Record<NonNullable<Detail["escalation"]>["cause"], string> = {
  attempts_spent: "All attempts were used, and no key was pressed.",
  day_closed: "The hours for calls ended before they were reached.",
  bad_number: "The number does not exist.",
  callback_missed: "An agent called back several times, and nobody answered.",
  callback_overdue: "They were promised a call back, and nobody rang.",
};

/** Why somebody is taken off the register. Only this word is kept of it. */
export const leavings: Record<LeavingReason, string> = {
  asked: "They asked to be taken off",
  moved: "They live elsewhere now",
  died: "They died",
  duplicate: "They are on the register twice",
  mistake: "They should never have been loaded",
  other: "Another reason",
};

/** Why somebody is erased. Only this word is kept of it. */
export const erasures: Record<ErasureReason, string> = {
  asked: "They asked to be erased",
  died: "They died",
  left: "They left, and there is nothing to keep their data for",
  mistake: "They should never have been loaded",
  other: "Another reason",
};

/** Why somebody is taken off the suppression list. Only this word is kept of it. */
export const lifts: Record<LiftReason, string> = {
  asked: "They asked to be called again",
  mistake: "They should never have been on the list",
  reassigned: "The number belongs to somebody else now",
  other: "Another reason",
};

/** Who put somebody on the suppression list. */
export function suppressedBy({ by, ground }: Pick<Suppression, "by" | "ground">): string {
  return ground === "opted_out" ? "whoever answered" : by;
}

/** And why. */
export function suppressedWhy({ ground, reason }: Pick<Suppression, "ground" | "reason">): string {
  return reason ?? (ground === "opted_out" ? "They pressed 9 twice in a check call." : "No reason was given.");
}

/** What an agent says came of a call: first those after which the promise is kept. */
export const SPOKEN: readonly AgentDisposition[] = ["helped", "referred", "safeguarding"];
export const NOT_SPOKEN: readonly AgentDisposition[] = ["no_answer", "left_message", "wrong_person"];

export const agentDispositions: Record<AgentDisposition, Word> = {
  helped: { label: "Helped", meaning: "The talk was enough." },
  referred: { label: "Passed on", meaning: "Another service will help them." },
  safeguarding: { label: "Concern for their safety", meaning: "Somebody must look after them." },
  no_answer: { label: "No answer", meaning: "It rang, and nobody answered." },
  left_message: { label: "Left a message", meaning: "With a machine, or with somebody." },
  wrong_person: { label: "Somebody else answered", meaning: "And could not bring them to the phone." },
};

/** Why somebody is not called back after all. Only this word is kept of it. */
export const cancellings: Record<CancelReason, string> = {
  asked: "They asked not to be called back",
  heard_otherwise: "They were heard of in another way",
  duplicate: "They are called back for another reason already",
  mistake: "They pressed the key by mistake",
  other: "Another reason",
};

export const stages: Record<Stage, Word> = {
  reading: { label: "Being read", meaning: "The file is being read." },
  refused: { label: "Refused", meaning: "Nothing of the file could be read, and nobody was loaded." },
  loading: { label: "Being loaded", meaning: "Its people are being put on the register." },
  loaded: { label: "Loaded", meaning: "Every row of the file is accounted for." },
  undoing: { label: "Being undone", meaning: "Its people are being taken off the register." },
  undone: { label: "Undone", meaning: "Its people were taken off the register." },
};

/** Why a row may need no loading. */
export const KNOWN = "Known already are people who are on the register, or on an earlier line of the file. They stay as they are.";

/** What a column of a file is read as. */
const columns: Record<string, string> = {
  firstName: "First name",
  lastName: "Last name",
  number: "Number",
  reference: "Reference",
  timezone: "Time zone",
  language: "Language",
  windowStart: "Calls from",
  windowEnd: "Calls until",
  notes: "Notes",
  consent: "Agreed to be called",
};

/** A column by our word for it; one that is not read keeps the name that it has in the file. */
export function column(name: string): string {
  return columns[name] ?? name;
}

/** `snake_case` and `kebab-case` of machines, when there is no word of our own for it: "Dead letter replayed". */
export function spaced(code: string): string {
  const text = code.replace(/[_.-]+/g, " ").trim();
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What the service says in a few words, as a sentence. */
export function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}

/** "1 call", "2 calls", "1,234 calls". */
export function count(n: number, one: string, many = `${one}s`): string {
  return `${whole.format(n)} ${n === 1 ? one : many}`;
}

export const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** What people call the language of a tag (BCP 47): "Welsh"; the tag itself where there is no such language. */
export function language(tag: string): string {
  try {
    return new Intl.DisplayNames("en-GB", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
