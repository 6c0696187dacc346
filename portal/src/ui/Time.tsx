import { createContext, useContext } from "react";
import { dateTime } from "./dates";

/** The zone that times are shown in. */
export const Zone = createContext("UTC");

export function useZone(): string {
  return useContext(Zone);
}

/** A moment, in the user's zone with the zone named; a dash where there is none. */
export function Time({ at, none = "–" }: { at: string | null | undefined; none?: string }) {
  const zone = useZone();
  if (!at) return <>{none}</>;
  return <time dateTime={at}>{dateTime(at, zone)}</time>;
}
