import RadioGroup from "@cloudscape-design/components/radio-group";
import FormField from "@cloudscape-design/components/form-field";
import { useState } from "react";
import type { Callback, CancelReason } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { cancellings } from "../../ui/words";
import { cancel } from "./deeds";

const REASONS = (Object.keys(cancellings) as CancelReason[]).map((value) => ({ value, label: cancellings[value] }));

/** Nobody is called back after all. */
export default function Cancel({ callback, reload, onDone }: { callback: Callback; reload: () => void; onDone: () => void }) {
  const [reason, setReason] = useState<CancelReason>();
  const perform = async () => {
    if (!reason) return;
    await cancel(callback, reason);
    reload();
    onDone();
  };
  return (
    <Dialog title={`Cancel the callback to ${callback.first_name} ${callback.last_name}`} action="Cancel the callback" perform={perform} onClose={onDone} onStale={reload} ready={reason !== undefined} keep="Keep it">
      {(refusal) => (
        <FormField label="Why are they not called back?" errorText={refusal?.about("reason")}>
          <RadioGroup items={REASONS} value={reason ?? null} onChange={({ detail }) => setReason(detail.value as CancelReason)} />
        </FormField>
      )}
    </Dialog>
  );
}
