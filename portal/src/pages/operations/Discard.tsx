import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Textarea from "@cloudscape-design/components/textarea";
import { useRef, useState } from "react";
import { answer, api } from "../../api/client";
import type { Letter } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { count } from "../../ui/words";
import { LONGEST_REASON } from "./deeds";
import { nameOf } from "./words";

/** Ends letters that nobody needs. The confirmation is part of it: there is no way back. */
export function Discard({ letters, onClose, onDone, onStale }: { letters: readonly Pick<Letter, "id" | "kind" | "version">[]; onClose: () => void; onDone: () => void; onStale?: () => void }) {
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  // If one is refused, those before it are not discarded once more.
  const done = useRef(new Set<string>());
  const perform = async () => {
    for (const { id, version } of letters) {
      if (done.current.has(id)) continue;
      await answer(api.POST("/api/dead-letters/{id}/discard", { params: { path: { id }, header: { "if-match": `"${version}"` } }, body: { reason: reason.trim() } }));
      done.current.add(id);
    }
    onDone();
  };
  const [one] = letters;
  const what = letters.length === 1 && one ? nameOf(one) : count(letters.length, "letter");
  const close = () => (done.current.size > 0 ? onDone() : onClose());
  return (
    <Dialog title={`Discard ${what}?`} action="Discard" perform={perform} onClose={close} {...(onStale && { onStale })} ready={sure && reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>What {letters.length === 1 ? "this message asks" : "these messages ask"} for will never be done. What became of {letters.length === 1 ? "it" : "them"}, and the reason, stays in the history.</p>
          <FormField label="Reason" description="Without names or numbers of people: it is kept for years." errorText={refusal?.about("reason")} stretch>
            <Textarea value={reason} rows={2} onChange={({ detail }) => setReason(detail.value.slice(0, LONGEST_REASON))} />
          </FormField>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>{letters.length === 1 ? "Nobody needs this message any more" : "Nobody needs these messages any more"}</Checkbox>
        </>
      )}
    </Dialog>
  );
}
