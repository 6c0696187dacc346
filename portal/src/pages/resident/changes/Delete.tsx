import Checkbox from "@cloudscape-design/components/checkbox";
import FormField from "@cloudscape-design/components/form-field";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../../api/client";
import type { LeavingReason } from "../../../api/types";
import { Dialog } from "../../../ui/Dialog";
import { leavings } from "../../../ui/words";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

const REASONS = Object.entries(leavings).map(([value, label]) => ({ value, label }));

/** Takes somebody off the register for good. */
export function Delete({ record: { resident, etag }, reload, onDone }: ChangeProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState<LeavingReason>();
  const [sure, setSure] = useState(false);
  const perform = async () => {
    if (!reason) return;
    await answer(api.DELETE("/api/residents/{id}", { params: { path: { id: resident.id }, header: { "if-match": etag } }, body: { reason } }));
    await navigate("/residents", { replace: true });
  };
  return (
    <Dialog title={`Delete ${fullName(resident)}?`} action="Delete" perform={perform} onClose={onDone} onStale={reload} ready={sure && reason !== undefined}>
      {(refusal) => (
        <>
          <p>Their record with its notes is removed and cannot be brought back. To stop the calls only, switch them off instead; to delete calls, lists and messages as well, erase them.</p>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Select
              options={REASONS}
              selectedOption={REASONS.find(({ value }) => value === reason) ?? null}
              onChange={({ detail }) => setReason(detail.selectedOption.value as LeavingReason)}
              placeholder="Choose one"
            />
          </FormField>
          <Checkbox checked={sure} onChange={({ detail }) => setSure(detail.checked)}>I want to delete this record for good</Checkbox>
        </>
      )}
    </Dialog>
  );
}
