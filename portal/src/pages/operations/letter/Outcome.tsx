import Alert from "@cloudscape-design/components/alert";
import { useRef } from "react";
import type { LetterDetail } from "../../../api/types";
import { PageLink } from "../../../ui/PageLink";
import { Time } from "../../../ui/Time";
import { sentence, spaced } from "../../../ui/words";

/** What has come of it: of a replay, or because it is over. Nothing for a letter that nobody has touched yet. */
export function Outcome({ letter: { state, handler, reason, history, replays } }: { letter: LetterDetail }) {
  const wasMoving = useRef(false);
  // A replay may be over before anybody has seen it under way.
  const before = useRef(replays);
  if (state === "replaying" || replays > before.current) wasMoving.current = true;
  const last = history.at(-1);
  switch (state) {
    case "replaying":
      return <Alert type="info" header="It is on its way back">{spaced(handler)} gets it as soon as it has time. This page says what comes of it. To send it once more does no harm.</Alert>;
    case "applied":
      return <Alert type="success" header="It is dealt with">{spaced(handler)} has taken it{last && <>, <Time at={last.at} /></>}. <PageLink href="/operations">All dead letters</PageLink></Alert>;
    case "discarded":
      return <Alert type="info" header="It was discarded">{last?.by && <>By {last.by}, <Time at={last.at} />. </>}{last?.reason && sentence(last.reason)}</Alert>;
    default:
      return wasMoving.current ? <Alert type="warning" header="It was set aside again">{sentence(reason)} Mend it below, then replay it.</Alert> : null;
  }
}
