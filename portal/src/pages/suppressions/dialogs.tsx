import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { LiftReason, Suppression } from "../../api/types";
import { Dialog } from "../../ui/Dialog";
import { Time } from "../../ui/Time";
import { lifts, suppressedBy, suppressedWhy } from "../../ui/words";

interface Asked {
  onClose: () => void;
  onDone: () => void;
}

const REASONS = Object.entries(lifts).map(([value, label]) => ({ value, label }));

/** Puts a number on the list, whoever has it. */
export function SuppressNumber({ onClose, onDone }: Asked) {
  const [number, setNumber] = useState("");
  const [reason, setReason] = useState("");
  const perform = async () => {
    await answer(api.POST("/api/suppressions", { body: { number: number.trim(), reason: reason.trim() } }));
    onDone();
  };
  return (
    <Dialog title="Suppress a number" action="Suppress" perform={perform} onClose={onClose} ready={number.trim() !== "" && reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>Nobody with this number is called any more, whoever they are and whenever they are loaded. A callback that was promised is still made.</p>
          <FormField label="Number" errorText={refusal?.about("number")} stretch>
            <Input value={number} type="text" inputMode="tel" onChange={({ detail }) => setNumber(detail.value)} autoComplete={false} />
          </FormField>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}

/** Whether a number is on the list, which shows only two digits of each. */
export function SearchNumber({ onClose, onLift }: { onClose: () => void; onLift: (entry: Suppression) => void }) {
  const [number, setNumber] = useState("");
  const [found, setFound] = useState<{ entry: Suppression | null }>();
  const perform = async () => {
    const { suppression } = await answer(api.POST("/api/suppressions/search", { body: { number: number.trim() } }));
    setFound({ entry: suppression ?? null });
  };
  return (
    <Dialog title="Look for a number" action="Look" keep="Close" perform={perform} onClose={onClose} ready={number.trim() !== ""}>
      {(refusal) => (
        <>
          <FormField label="Number" errorText={refusal?.about("number")} stretch>
            <Input
              value={number}
              type="text"
              inputMode="tel"
              onChange={({ detail }) => {
                setNumber(detail.value);
                setFound(undefined);
              }}
              autoComplete={false}
            />
          </FormField>
          {found && <Found entry={found.entry} onLift={onLift} />}
        </>
      )}
    </Dialog>
  );
}

function Found({ entry, onLift }: { entry: Suppression | null; onLift: (entry: Suppression) => void }) {
  if (!entry) return <Alert type="info">This number is not on the list.</Alert>;
  return (
    <Alert type="warning" header="This number is on the list" action={<Button formAction="none" onClick={() => onLift(entry)}>Lift</Button>}>
      Suppressed since <Time at={entry.at} /> by {suppressedBy(entry)}: {suppressedWhy(entry)}
    </Alert>
  );
}

/** Takes an entry off the list. */
export function LiftSuppression({ id, of, onClose, onDone }: Asked & { id: string; of: string }) {
  const [reason, setReason] = useState<LiftReason>();
  const perform = async () => {
    if (!reason) return;
    await answer(api.POST("/api/suppressions/{id}/lift", { params: { path: { id } }, body: { reason } }));
    onDone();
  };
  return (
    <Dialog title={`Lift the suppression of ${of}?`} action="Lift" perform={perform} onClose={onClose} ready={reason !== undefined}>
      {(refusal) => (
        <>
          <p>They are called again by the rules, unless another entry of the list concerns them too.</p>
          <FormField label="Reason" errorText={refusal?.about("reason")} stretch>
            <Select
              options={REASONS}
              selectedOption={REASONS.find(({ value }) => value === reason) ?? null}
              onChange={({ detail }) => setReason(detail.selectedOption.value as LiftReason)}
              placeholder="Choose one"
            />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
