import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import RadioGroup from "@cloudscape-design/components/radio-group";
import { useState } from "react";
import { answer, api } from "../../../api/client";
import { Dialog } from "../../../ui/Dialog";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

/** Puts somebody, or whoever has their number, on the suppression list. */
export function Suppress({ record: { resident }, reload, onDone }: ChangeProps) {
  const [of, setOf] = useState("person");
  const [reason, setReason] = useState("");
  const perform = async () => {
    const whom = of === "person" ? { resident_id: resident.id } : { number: resident.number };
    await answer(api.POST("/api/suppressions", { body: { ...whom, reason: reason.trim() } }));
    reload();
    onDone();
  };
  return (
    <Dialog title={`Never call ${fullName(resident)} again?`} action="Suppress" perform={perform} onClose={onDone} onStale={reload} ready={reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>Until an operator lifts it, no call is begun. A callback that was promised is still made.</p>
          <FormField label="Who is not called">
            <RadioGroup
              value={of}
              onChange={({ detail }) => setOf(detail.value)}
              items={[
                { value: "person", label: "This person", description: "Whatever their number is. Others with the same number are still called." },
                { value: "number", label: "This number", description: "Whoever has it, now or later." },
              ]}
            />
          </FormField>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
