import type { Config } from "../api/types";
import { simulatedPhone } from "./simulated";
import type { Softphone } from "./softphone";

/** The phone that this service is set up with; none where calls are taken elsewhere. */
export async function openPhone({ softphone, live }: Pick<Config, "softphone" | "live">): Promise<Softphone | undefined> {
  switch (softphone.kind) {
    case "simulated":
      return simulatedPhone(live);
    case "connect":
      return (await import("./ccp")).ccpPhone(softphone.ccp_url);
    case "none":
      return undefined;
  }
}
