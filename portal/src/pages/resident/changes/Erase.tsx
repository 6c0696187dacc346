import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { useNavigate } from "react-router";
import { answer, api } from "../../../api/client";
import type { ErasureReason } from "../../../api/types";
import { Dialog } from "../../../ui/Dialog";
import { erasures } from "../../../ui/words";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

const REASONS = Object.entries(erasures).map(([value, label]) => ({ value, label }));

/** Erases somebody for good, from everything that is kept. */
export function Erase({ record: { resident, etag }, reload, onDone }: ChangeProps) {
  const navigate = useNavigate();
  const [reason, setReason] = useState<ErasureReason>();
  const [confirm, setConfirm] = useState("");
  const typed = confirm.trim() !== "";
  const perform = async () => {
    if (!reason) return;
    await answer(api.POST("/api/residents/{id}/erasure", { params: { path: { id: resident.id }, header: { "if-match": etag } }, body: { reason, confirm } }));
    await navigate("/residents", { replace: true });
  };
  return (
    <Dialog title={`Erase ${fullName(resident)}?`} action="Erase" perform={perform} onClose={onDone} onStale={reload} ready={typed && reason !== undefined}>
      {(refusal) => (
        <>
          <p>
            Everything that is kept of them is deleted for good: the record with notes and keyholders, calls, callbacks, escalations and messages. Their rows in uploaded lists
            become blank lines. Nobody calls them from now on; what cannot be deleted at once follows by itself, records of calls on AWS after eight days.
          </p>
          <p>
            The audit log keeps that they were erased, by whom and why, without a name. A number on the suppression list stays there, without a word about whose it was. Backups made
            before still hold them. A list that names them later brings them back as somebody new.
          </p>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Select
              options={REASONS}
              selectedOption={REASONS.find(({ value }) => value === reason) ?? null}
              onChange={({ detail }) => setReason(detail.selectedOption.value as ErasureReason)}
              placeholder="Choose one"
            />
          </FormField>
          <FormField label="Type their reference or whole name" errorText={refusal?.about("confirm")} stretch>
            <Input value={confirm} onChange={({ detail }) => setConfirm(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
