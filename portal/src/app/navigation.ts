/** Who finds what. The service decides who may do what; this only spares people doors that do not open. */
import type { Config, Group } from "../api/types";

export interface Place {
  path: string;
  label: string;
  /** One of what it lists, on a page of its own. */
  single?: string;
  /** Who has business there. */
  groups: readonly Group[];
  /** Where the service has such a thing at all. */
  exists?: (config: Config) => boolean;
  /** Whose first place it is. */
  firstOf?: Group;
}

const ALL: readonly Group[] = ["Uploaders", "Agents", "Operators"];
/** Those who put lists of people in. */
const LISTS: readonly Group[] = ["Uploaders", "Operators"];

/** Where callbacks are made. */
export const DESK = "/desk";

export const PLACES: readonly Place[] = [
  { path: "/overview", label: "Overview", groups: ALL },
  { path: "/ledger", label: "Ledger", groups: ALL },
  { path: DESK, label: "Desk", groups: ["Agents", "Operators"], firstOf: "Agents" },
  { path: "/worklist", label: "Worklist", single: "Escalation", groups: ["Agents", "Operators"] },
  { path: "/residents", label: "Residents", single: "Resident", groups: ALL },
  { path: "/upload", label: "Upload", single: "Preview", groups: LISTS },
  { path: "/batches", label: "Batches", single: "Batch", groups: LISTS },
  { path: "/suppressions", label: "Suppressions", groups: ["Operators"] },
  { path: "/operations", label: "Operations", single: "Dead letter", groups: ["Operators"] },
  { path: "/audit", label: "Audit log", groups: ["Operators"] },
  { path: "/users", label: "Users", groups: ["Operators"], exists: (config) => config.sign_in.kind === "local" },
];

/** The places of somebody with these rights; the first is where they begin. */
export function places(groups: readonly Group[], config: Config): Place[] {
  const mine = PLACES.filter((place) => (place.exists?.(config) ?? true) && place.groups.some((group) => groups.includes(group)));
  const isFirst = ({ firstOf }: Place) => firstOf !== undefined && groups.includes(firstOf);
  return [...mine.filter(isFirst), ...mine.filter((place) => !isFirst(place))];
}

/** Where a path belongs, for the navigation to show and the guard to ask. */
export function placeOf(path: string): Place | undefined {
  return PLACES.find((place) => path === place.path || path.startsWith(`${place.path}/`));
}
