/** What is looked for, in the address and back. The words that are searched for are a person's name or number and
 *  never get there: they are kept with the entry in the browser's history. */
import type { DayState, Search } from "../../api/types";
import { DAY_STATES } from "../../ui/words";

/** What can be asked besides the state of the day. */
export const TRAITS = ["switched-on", "switched-off", "paused", "bad-number", "unreached"] as const;
export type Trait = (typeof TRAITS)[number];

export const traitLabels: Record<Trait, string> = {
  "switched-on": "Switched on",
  "switched-off": "Switched off",
  paused: "Paused",
  "bad-number": "Number does not exist",
  unreached: "Not reached, and not since",
};

export type Sort = NonNullable<Search["sort"]>;
export const SORTS: readonly Sort[] = ["registered", "name", "next_due", "last_reached"];
/** As the store has them, which it can always do: other orders need everybody to be looked at. */
const UNSORTED = "none";

/** A search as far as an address may show it. */
export interface Query {
  states: DayState[];
  traits: Trait[];
  batch: string | undefined;
  /** None: in no particular order. */
  sort: Sort | undefined;
  descending: boolean;
}

export function readQuery(params: URLSearchParams): Query {
  const asked = params.get("sort");
  const sort = asked === UNSORTED ? undefined : (SORTS.find((it) => it === asked) ?? "name");
  return {
    states: DAY_STATES.filter((state) => params.getAll("state").includes(state)),
    traits: TRAITS.filter((trait) => params.getAll("only").includes(trait)),
    batch: params.get("batch") ?? undefined,
    sort,
    descending: params.get("order") === "down",
  };
}

export function writeQuery(query: Query): URLSearchParams {
  const params = new URLSearchParams();
  for (const state of query.states) params.append("state", state);
  for (const trait of query.traits) params.append("only", trait);
  if (query.batch) params.set("batch", query.batch);
  if (query.sort !== "name") params.set("sort", query.sort ?? UNSORTED);
  if (query.descending) params.set("order", "down");
  return params;
}

/** What the service is asked for. */
export function asSearch(query: Query, text: string): Search {
  const search: Search = { descending: query.descending };
  if (query.sort) search.sort = query.sort;
  if (text.trim() !== "") search.text = text.trim();
  if (query.states.length > 0) search.state = query.states;
  if (query.batch) search.batch_id = query.batch;
  const on = query.traits.includes("switched-on");
  const off = query.traits.includes("switched-off");
  if (on !== off) search.enabled = on;
  if (query.traits.includes("paused")) search.paused = true;
  if (query.traits.includes("bad-number")) search.bad_number = true;
  if (query.traits.includes("unreached")) search.unreached = true;
  return search;
}
