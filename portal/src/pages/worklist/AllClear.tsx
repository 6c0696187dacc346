import FormField from "@cloudscape-design/components/form-field";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { AllClearHow, Escalation } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { allClear } from "./deeds";
import { CLEARS, nameOf } from "./words";

/** They are safe, on the word of whoever says so. */
export default function AllClear({ it, reload, onDone }: { it: Escalation; reload: () => void; onDone: () => void }) {
  const [how, setHow] = useState<AllClearHow>();
  const [note, setNote] = useState("");
  const perform = async () => {
    if (!how) return;
    await allClear(it.id, how, note.trim());
    reload();
    onDone();
  };
  return (
    <Dialog title={`All-clear for ${nameOf(it)}`} action="They are safe" perform={perform} onClose={onDone} onStale={reload} ready={how !== undefined}>
      {(refusal) => (
        <>
          <FormField label="How do you know?" errorText={refusal?.about("how")}>
            <RadioGroup items={[...CLEARS]} value={how ?? null} onChange={({ detail }) => setHow(detail.value as AllClearHow)} />
          </FormField>
          <FormField label="Note" description="What colleagues should know. It may be left empty." errorText={refusal?.about("text")} stretch>
            <Textarea value={note} rows={2} onChange={({ detail }) => setNote(detail.value)} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
