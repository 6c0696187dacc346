import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { answer, api } from "../../../api/client";
import { Dialog } from "../../../ui/Dialog";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

/** Stops the calls to somebody until they are switched on again, or the other way round. */
export function Switch({ record: { resident, etag }, reload, onDone }: ChangeProps) {
  // As it was when the question was asked: a newer record behind the dialog must not turn it round.
  const [enabled] = useState(!resident.enabled);
  const [reason, setReason] = useState("");
  const perform = async () => {
    await answer(api.PUT("/api/residents/{id}/enabled", { params: { path: { id: resident.id }, header: { "if-match": etag } }, body: { enabled, reason: reason.trim() } }));
    reload();
    onDone();
  };
  const verb = enabled ? "Switch on" : "Switch off";
  return (
    <Dialog title={`${verb} calls to ${fullName(resident)}`} action={verb} perform={perform} onClose={onDone} onStale={reload} ready={reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>{enabled ? "They are called again from the next time that is due." : "They are not called any more until somebody switches them on again. For some days only, use a pause."}</p>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
