/** Which letters are looked for, in the address and back. Ids and causes hold nothing of a person: they may stand there. */
import type { LetterSearch, LetterSelection, LetterState } from "../../api/types";

/** What the list can be narrowed to. */
export type Standing = "waiting" | LetterState | "all";
export const STANDINGS: readonly Standing[] = ["waiting", "open", "replaying", "applied", "discarded", "all"];

/** Since so many seconds ago, or between two moments. */
export type When = { last: number } | { from: string; until: string };

export interface Query {
  queue: string | undefined;
  kind: string | undefined;
  /** A part of the cause. */
  cause: string;
  resident: string | undefined;
  when: When | undefined;
  state: Standing;
}

export const EVERYTHING: Query = { queue: undefined, kind: undefined, cause: "", resident: undefined, when: undefined, state: "waiting" };

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

/** The id in what somebody has typed or pasted: also the address of a resident's page. */
export function idIn(text: string): string | undefined {
  return UUID.exec(text)?.[0].toLowerCase();
}

export function readQuery(params: URLSearchParams): Query {
  return {
    queue: params.get("queue") || undefined,
    kind: params.get("kind") || undefined,
    cause: params.get("cause") ?? "",
    resident: idIn(params.get("resident") ?? ""),
    when: readWhen(params),
    state: STANDINGS.find((it) => it === params.get("state")) ?? "waiting",
  };
}

function readWhen(params: URLSearchParams): When | undefined {
  const last = Number(params.get("last"));
  if (Number.isSafeInteger(last) && last > 0) return { last };
  const [from, until] = [params.get("from"), params.get("until")].map((at) => (at !== null && !Number.isNaN(Date.parse(at)) ? new Date(at).toISOString() : undefined));
  return from !== undefined && until !== undefined ? { from, until } : undefined;
}

export function writeQuery({ queue, kind, cause, resident, when, state }: Query): URLSearchParams {
  const params = new URLSearchParams();
  if (queue) params.set("queue", queue);
  if (kind) params.set("kind", kind);
  if (cause.trim() !== "") params.set("cause", cause.trim());
  if (resident) params.set("resident", resident);
  if (when && "last" in when) params.set("last", String(when.last));
  if (when && "from" in when) {
    params.set("from", when.from);
    params.set("until", when.until);
  }
  if (state !== "waiting") params.set("state", state);
  return params;
}

/** Whether it asks for less than all that waits. */
export function isNarrow(query: Query): boolean {
  return writeQuery(query).size > 0;
}

/** What the service is asked for now. */
export function asSearch(query: Query, now: Date): LetterSearch {
  return { ...asSelection(query, now), ...(query.state !== "waiting" && { state: query.state }) };
}

/** The same for a replay of many, which takes open letters whatever the list shows. */
export function asSelection({ queue, kind, cause, resident, when }: Query, now: Date): LetterSelection {
  return {
    ...(queue && { queue }),
    ...(kind && { kind }),
    ...(cause.trim() !== "" && { cause: cause.trim() }),
    ...(resident && { resident_id: resident }),
    ...(when && "last" in when && { parked_from: new Date(now.getTime() - when.last * 1000).toISOString() }),
    ...(when && "from" in when && { parked_from: when.from, parked_until: when.until }),
  };
}

/** How many letters of these groups a search for queue, kind and cause means; unknown where it asks for more. */
export function counted(query: Query, groups: readonly { source: string; cause: string; kind: string; letters: number; replaying: number }[]): number | undefined {
  if (query.resident || query.when) return undefined;
  const part = query.cause.trim().toLowerCase();
  return groups
    .filter(({ source, kind, cause }) => (!query.queue || source === query.queue) && (!query.kind || kind === query.kind) && cause.toLowerCase().includes(part))
    .reduce((sum, { letters, replaying }) => sum + letters - replaying, 0);
}
