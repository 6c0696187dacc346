import { createContext, useContext } from "react";
import type { Config, Group } from "../api/types";
import { useSession } from "../session/session";

export const Setup = createContext<Config | undefined>(undefined);

/** How this service is set up. */
export function useConfig(): Config {
  const config = useContext(Setup);
  if (!config) throw new Error("the portal has not asked the service yet");
  return config;
}

/** Whether the signed-in person is in one of these groups. */
export function useIs(...groups: Group[]): boolean {
  const session = useSession();
  return groups.some((group) => session?.groups.includes(group));
}
