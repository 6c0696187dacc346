/** Who is signed in here. Kept for this tab only (sessionStorage): closing it signs out. */
import { useSyncExternalStore } from "react";
import type { Group } from "../api/types";

export interface Session {
  token: string;
  /** The token before it, of the same sign-in. */
  former?: string;
  /** When the token came, by this machine's clock, in milliseconds. */
  received?: number;
  name: string;
  groups: Group[];
}

/** Why there is no session any more. */
export type Ended = "expired" | "signed-out";

const KEY = "rollcall.session";
const listeners = new Set<() => void>();
let session = stored();
let ended: Ended | undefined;

export function currentSession(): Session | undefined {
  return session;
}

export function startSession(started: Session): void {
  session = started;
  ended = undefined;
  sessionStorage.setItem(KEY, JSON.stringify(started));
  tell();
}

/** The same person goes on with a newer token. */
export function renewSession(token: string): void {
  if (session) startSession({ ...session, token, former: session.token, received: Date.now() });
}

/** Gets a newer token for the session, if one is to be had. Never fails. */
type Renewal = () => Promise<void>;
let renewal: Renewal | undefined;

/** From now on sessions are renewed in this way; `undefined` where they cannot be. */
export function renewBy(given: Renewal | undefined): void {
  renewal = given;
}

/**
 * The service has refused `token`: its clock is the one that counts. Answers whether to ask again with a newer one,
 * as after a sleep that outlasted the token. Otherwise the session is over; a refusal of what has been replaced since,
 * by another sign-in, says nothing about the present one.
 */
export async function refused(token: string): Promise<boolean> {
  if (session?.token === token) await renewal?.();
  if (session?.token === token) endSession("expired");
  return session?.former === token;
}

export function endSession(why: Ended): void {
  session = undefined;
  ended = why;
  sessionStorage.removeItem(KEY);
  tell();
}

/** Why the last session of this page ended, for the sign-in page to say. */
export function lastEnd(): Ended | undefined {
  return ended;
}

/** Calls `forget` whenever somebody signs out; not when a session has merely expired. */
export function onSignOut(forget: () => void): () => void {
  return subscribe(() => {
    if (ended === "signed-out") forget();
  });
}

export function useSession(): Session | undefined {
  return useSyncExternalStore(subscribe, currentSession);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function tell(): void {
  for (const listener of listeners) listener();
}

function stored(): Session | undefined {
  const text = sessionStorage.getItem(KEY);
  if (text === null) return undefined;
  try {
    return JSON.parse(text) as Session;
  } catch {
    sessionStorage.removeItem(KEY);
    return undefined;
  }
}
