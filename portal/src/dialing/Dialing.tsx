import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { type ReactNode, useState } from "react";
import { answer, api } from "../api/client";
import type { Dialing } from "../api/types";
import { useIs } from "../app/context";
import { Dialog } from "../ui/Dialog";
import { Time } from "../ui/Time";

interface Props {
  dialing: Dialing;
  /** Fetches it anew, and all that goes with it. */
  reload: () => void;
}

/** What was turned here is known before the service tells of it again. */
export function useTurned(told: Dialing | undefined): [Dialing | undefined, (turned: Dialing) => void] {
  const [turned, setTurned] = useState<Dialing>();
  const known = turned && (!told || turned.change > told.change) ? turned : told;
  return [known, setTurned];
}

/** Says that nobody is called, since when, by whom and why; operators start again from here. Nothing while calls are made. */
export function DialingBanner({ dialing, reload, onTurned }: Props & { onTurned: (turned: Dialing) => void }) {
  const isOperator = useIs("Operators");
  const [asking, setAsking] = useState(false);
  if (dialing.state === "running") return null;
  const tripped = dialing.state === "tripped";
  return (
    <>
      <Alert
        type={tripped ? "error" : "warning"}
        header={tripped ? "Nobody is called: dialing stopped by itself" : "Nobody is called: dialing is stopped"}
        action={isOperator && <Button onClick={() => setAsking(true)}>Start again</Button>}
      >
        <Why dialing={dialing} /> {isOperator ? "" : "An operator must start it again. "}Calls that were promised to residents are still made by agents.
      </Alert>
      {asking && <Turn start dialing={dialing} reload={reload} onTurned={onTurned} onClose={() => setAsking(false)} />}
    </>
  );
}

/** For operators, while calls are made. */
export function StopDialing({ dialing, reload, onTurned }: Props & { onTurned: (turned: Dialing) => void }) {
  const isOperator = useIs("Operators");
  const [asking, setAsking] = useState(false);
  // An open question stays open, whatever comes in behind it.
  if (!isOperator || (dialing.state !== "running" && !asking)) return null;
  return (
    <>
      <Button iconName="status-stopped" onClick={() => setAsking(true)}>Stop dialing</Button>
      {asking && <Turn start={false} dialing={dialing} reload={reload} onTurned={onTurned} onClose={() => setAsking(false)} />}
    </>
  );
}

function Why({ dialing: { state, since, by, why, cause } }: { dialing: Dialing }): ReactNode {
  if (state === "tripped") return <>{why} (<Time at={since} />)</>;
  return <>{by} stopped it on <Time at={since} />: “{why}”.{cause && " Before that it had stopped by itself."}</>;
}

/** The question before it. */
function Turn({ start, dialing, reload, onTurned, onClose }: Props & { start: boolean; onTurned: (turned: Dialing) => void; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const perform = async () => {
    const body = { reason: reason.trim() };
    // For the change that is shown in this dialog: nobody starts what they have not seen stop.
    const header = { "if-match": `"${dialing.change}"` };
    onTurned(await answer(start ? api.POST("/api/dialing/start", { params: { header }, body }) : api.POST("/api/dialing/stop", { body })));
    reload();
    onClose();
  };
  return (
    <Dialog title={start ? "Start dialing again?" : "Stop all dialing?"} action={start ? "Start again" : "Stop dialing"} perform={perform} onClose={onClose} onStale={reload} ready={reason.trim() !== ""}>
      {(refusal) => (
        <>
          {start ? (
            <p><Why dialing={dialing} /> Start again when that is put right: residents who are due are called from the next minute on.</p>
          ) : (
            <p>Within a minute no new call is begun, to anybody. Calls that ring already go on, and agents still make the calls that were promised. It stays so until an operator starts again.</p>
          )}
          <FormField label="Reason" description="Everybody who signs in sees it, and it is kept in the audit log." errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
