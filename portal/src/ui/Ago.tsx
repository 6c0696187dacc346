import { useServiceNow } from "../desk/service-time";
import { dateTime, duration } from "./dates";
import { useZone } from "./Time";

/** How long ago a moment is by the service's clock: "2 h 05 min ago"; the moment itself for whoever points at it. */
export function Ago({ at }: { at: string }) {
  const zone = useZone();
  const clock = useServiceNow();
  const moment = dateTime(at, zone);
  // Until the clock is known, which takes one question to the service.
  return <time dateTime={at} title={moment}>{clock ? `${duration((clock.now - Date.parse(at)) / 1000)} ago` : moment}</time>;
}
