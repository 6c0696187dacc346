import type { Config } from "../api/types";
import { simulatedPhone } from "./simulated";
import type { Softphone } from "./softphone";

/** Whether Amazon Connect's panel was opened in this window. Streams is large, and asks for the microphone. */
let hasPanel = false;

/** The phone that this service is set up with; none where calls are taken elsewhere. */
export async function openPhone({ softphone, live }: Pick<Config, "softphone" | "live">): Promise<Softphone | undefined> {
  switch (softphone.kind) {
    case "simulated":
      return simulatedPhone(live);
    case "connect":
      hasPanel = true;
      return (await import("./ccp")).ccpPhone(softphone.ccp_url);
    case "none":
      return undefined;
  }
}

/** The same for whoever merely wants to know how it stands: a phone that has not been opened yet stays so. */
export async function watchPhone(config: Pick<Config, "softphone" | "live">): Promise<Softphone | undefined> {
  return config.softphone.kind === "connect" && !hasPanel ? undefined : openPhone(config);
}
