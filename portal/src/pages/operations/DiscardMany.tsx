import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { Replay } from "../../api/types";
import { useServiceTime } from "../../desk/service-time";
import { Dialog } from "../../ui/Dialog";
import { count } from "../../ui/words";
import { discardMany, LONGEST_REASON } from "./deeds";
import { asSelection, type Query } from "./query";
import { Which } from "./ReplayMany";

/** Letters that a search finds, and their number where it is known. */
export interface Found {
  query: Query;
  letters: number | undefined;
}

/** Ends all letters that a search finds. There is no way back for those that had their turn: stopping it keeps the rest. */
export function DiscardMany({ found: { query, letters }, onClose, onStarted }: { found: Found; onClose: () => void; onStarted: (job: Replay) => void }) {
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  const time = useServiceTime();
  const perform = async () => {
    const now = new Date(time?.at(performance.now()) ?? Date.now());
    onStarted(await discardMany({ reason: reason.trim(), matching: asSelection(query, now) }));
  };
  return (
    <Dialog title={letters === undefined ? "Discard all that match?" : `Discard ${count(letters, "letter")}?`} action="Discard" perform={perform} onClose={onClose} ready={sure && reason.trim() !== ""}>
      {(refusal) => (
        <>
          <Which query={query} />
          <p>What these messages ask for will never be done. What became of them, and the reason, stays in the history. Letters that are set aside after this are not among them.</p>
          <FormField label="Reason" description="Without names or numbers of people: it is kept for years." errorText={refusal?.about("reason")} stretch>
            <Textarea value={reason} rows={2} onChange={({ detail }) => setReason(detail.value.slice(0, LONGEST_REASON))} />
          </FormField>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>Nobody needs these messages any more</Checkbox>
        </>
      )}
    </Dialog>
  );
}
