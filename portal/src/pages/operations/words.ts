/** The words of this page for queues, kinds of messages and what becomes of them. */
import type { StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { Foreseen, Letter, LetterEvent, LetterState, Purpose } from "../../api/types";
import { count, spaced } from "../../ui/words";
import type { Standing } from "./query";

interface Word {
  label: string;
  meaning: string;
}

const queues: Record<string, Word> = {
  uploads: { label: "Uploads", meaning: "Lists that have arrived, to be read." },
  rows: { label: "Rows", meaning: "Parts of lists, whose people are to be put on the register." },
  call_requests: { label: "Call requests", meaning: "People whose turn it is to be called." },
  outcomes: { label: "Outcomes", meaning: "What Amazon Connect tells of calls." },
};

/** Where lists have no room for columns. */
export const NARROW = "(max-width: 600px)";

export const QUEUES = Object.keys(queues);

export function queueLabel(queue: string): string {
  return queues[queue]?.label ?? spaced(queue);
}

export function queueMeaning(queue: string): string | undefined {
  return queues[queue]?.meaning;
}

const kinds: Record<string, string> = {
  upload_notification: "News of an upload",
  rows_chunk: "Rows of a list",
  call_request: "Call request",
  contact_record: "Record of a contact",
  contact_event: "Event of a contact",
  notice: "Notice",
  unreadable: "Unreadable message",
};

export const KINDS = Object.keys(kinds);

export function kindLabel(kind: string): string {
  return kinds[kind] ?? spaced(kind);
}

/** What somebody calls this one letter: "Call request 6f9c1d52". */
export function nameOf({ kind, id }: Pick<Letter, "kind" | "id">): string {
  return `${kindLabel(kind)} ${id.slice(0, 8)}`;
}

export const states: Record<LetterState, Word & { look: StatusIndicatorProps.Type }> = {
  open: { label: "Set aside", meaning: "It waits until somebody decides.", look: "warning" },
  replaying: { label: "On its way back", meaning: "A copy of it was sent to its handler.", look: "in-progress" },
  applied: { label: "Dealt with", meaning: "Its handler has taken it.", look: "success" },
  discarded: { label: "Discarded", meaning: "Somebody decided that it is not needed.", look: "stopped" },
};

export const standings: Record<Standing, string> = {
  waiting: "Not over yet",
  open: states.open.label,
  replaying: states.replaying.label,
  applied: states.applied.label,
  discarded: states.discarded.label,
  all: "All, also those that are over",
};

/** Why somebody wants to see what is in a message. Only this word is kept of it. */
export const purposes: Record<Purpose, string> = {
  diagnose: "To find out what went wrong",
  mend: "To mend it",
  complaint: "Somebody has complained",
  audit: "To check what others did",
  other: "Another reason",
};

export const outcomes: Record<Foreseen["outcome"], { label: string; look: StatusIndicatorProps.Type }> = {
  applies: { label: "It would be dealt with", look: "success" },
  nothing: { label: "It would be ticked off, and nothing would happen", look: "info" },
  waits: { label: "It would have to wait", look: "pending" },
  parks_again: { label: "It would be set aside again", look: "error" },
};

/** How often a message was received before it was set aside; its queue also does that without anybody having tried. */
export function tries(receives: number): string {
  return receives === 0 ? "before anybody tried" : `after ${count(receives, "try", "tries")}`;
}

/** What happened to a letter, as the beginning of a line. */
export function told({ what, handler }: LetterEvent): string {
  switch (what) {
    case "parked":
      return handler ? `Set aside by ${spaced(handler).toLowerCase()}` : "Set aside";
    case "edited":
      return "Edited";
    case "replayed":
      return "Replay asked for";
    case "sent":
      return "Copy sent to the queue";
    case "applied":
      return "Dealt with";
    case "discarded":
      return "Discarded";
    default:
      return spaced(what);
  }
}
