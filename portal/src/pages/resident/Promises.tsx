import Alert from "@cloudscape-design/components/alert";
import type { Detail } from "../../api/types";
import { useIs } from "../../app/context";
import { PageLink } from "../../ui/PageLink";
import { Time } from "../../ui/Time";
import { causes, count } from "../../ui/words";

/** What is owed to this person, and what others have been told of them. */
export function Promises({ resident: { callback, escalation } }: { resident: Detail }) {
  const sees = useIs("Agents", "Operators");
  return (
    <div className="stack">
      {callback && (
        <Alert type="warning" header={callback.all_missed ? "Asked for a call back, and did not answer it" : "Waits for a call back"}>
          Asked for it <Time at={callback.requested_at} />; promised by <Time at={callback.deadline} />.
          {callback.missed > 0 && ` An agent has tried ${count(callback.missed, "time")}, and nobody answered.`}
        </Alert>
      )}
      {escalation && (
        <Alert type="error" header="Not reached: somebody was told">
          {causes[escalation.cause]} Told <Time at={escalation.at} />.
          {sees && <> <PageLink href={`/worklist/${escalation.id}`}>Who knows of it, and who sees to it</PageLink></>}
        </Alert>
      )}
    </div>
  );
}
