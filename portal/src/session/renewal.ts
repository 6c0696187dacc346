/** When a token is to be renewed. */
import type { Session } from "./session";

/** This part of a token's life is over then: there is time for some more tries. */
const PART = 2 / 3;

/** Milliseconds until the token should be renewed. By its length of life, not by its end: this machine's clock may be wrong. */
export function renewIn({ token, received }: Pick<Session, "token" | "received">, now: number): number {
  const { iat, exp } = claims(token);
  if (received === undefined || iat === undefined || exp === undefined) return 0;
  return Math.max(0, received + (exp - iat) * 1000 * PART - now);
}

/** What the token says of its own time, in seconds. It is read, not believed: the service checks it. */
function claims(token: string): { iat?: number; exp?: number } {
  try {
    const part = (token.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    return JSON.parse(atob(part)) as { iat?: number; exp?: number };
  } catch {
    return {};
  }
}
