import { currentSession, refused } from "../session/session";
import { EventReader, type ServerEvent } from "./events";

/** How news arrive: as they happen, every few seconds, or not at all just now. */
export type Liveness = "live" | "polling" | "interrupted";

/** Without a sign of life for so long a stream is taken for dead. */
const SILENCE_MS = 45_000;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;
/** So many tries in a row without a word, and the stream is not to be had here. */
const TRIES = 3;

interface Listener {
  onEvent: (event: ServerEvent) => void;
  onLiveness: (liveness: Liveness) => void;
}

/**
 * Follows the service's news until `signal` says stop. After an interruption it asks for what it has missed
 * (`Last-Event-ID`). Where no stream is to be had, it says `polling` and returns: the caller asks every few seconds.
 */
export async function follow(listener: Listener, signal: AbortSignal): Promise<void> {
  let last: string | undefined;
  let fruitless = 0;
  while (!signal.aborted && fruitless < TRIES) {
    const heard = await once(last, signal, {
      // Also a mere sign of life: where nothing happens there are no events.
      onPiece: () => {
        fruitless = 0;
        listener.onLiveness("live");
      },
      onEvent: (event) => {
        last = event.id ?? last;
        listener.onEvent(event);
      },
    });
    if (signal.aborted || heard === "refused") return;
    fruitless += 1;
    listener.onLiveness("interrupted");
    await pause(Math.min(FIRST_PAUSE_MS * 2 ** (fruitless - 1), LONGEST_PAUSE_MS), signal);
  }
  if (!signal.aborted) listener.onLiveness("polling");
}

interface Heard {
  onPiece: () => void;
  onEvent: (event: ServerEvent) => void;
}

/** One connection, read to its end. */
async function once(last: string | undefined, stopped: AbortSignal, heard: Heard): Promise<"ended" | "refused"> {
  const session = currentSession();
  if (!session) return "refused";
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    const headers: Record<string, string> = { Authorization: `Bearer ${session.token}`, Accept: "text/event-stream" };
    if (last !== undefined) headers["Last-Event-ID"] = last;
    const response = await fetch("/api/live", { headers, signal: AbortSignal.any([stopped, silence.signal]) });
    if (response.status === 401) return (await refused(session.token)) ? "ended" : "refused";
    if (!response.ok || !response.body) return "ended";
    const reader = new EventReader();
    const pieces = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const { done, value } = await pieces.read();
      if (done) return "ended";
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), SILENCE_MS);
      heard.onPiece();
      reader.read(value).forEach(heard.onEvent);
    }
  } catch {
    // Interrupted: the loop tries again.
    return "ended";
  } finally {
    clearTimeout(timer);
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
