import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../../api/client";
import { Dialog } from "../../../ui/Dialog";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

/** Takes somebody off the register for good. */
export function Delete({ record: { resident, etag }, reload, onDone }: ChangeProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState("");
  const [sure, setSure] = useState(false);
  const perform = async () => {
    await answer(api.DELETE("/api/residents/{id}", { params: { path: { id: resident.id }, header: { "If-Match": etag } }, body: { reason: reason.trim() } }));
    await navigate("/residents", { replace: true });
  };
  return (
    <Dialog title={`Delete ${fullName(resident)}?`} action="Delete" perform={perform} onClose={onDone} onStale={reload} ready={sure && reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>Their record, notes and history of calls are removed and cannot be brought back. To stop the calls only, switch them off instead.</p>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>I want to delete this record for good</Checkbox>
        </>
      )}
    </Dialog>
  );
}
