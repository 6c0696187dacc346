import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { answer, api } from "../../../api/client";
import type { Body, Detail } from "../../../api/types";
import { Dialog } from "../../../ui/Dialog";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

const FIELDS = [
  { key: "first_name", label: "First name" },
  { key: "last_name", label: "Last name" },
  { key: "number", label: "Number" },
  { key: "timezone", label: "Time zone", description: "As in Europe/London" },
  { key: "language", label: "Language", description: "As in en-GB" },
  { key: "notes", label: "Notes from the list" },
] as const;

type Entered = globalThis.Record<(typeof FIELDS)[number]["key"], string>;
type Correction = Body<"/api/residents/{id}", "patch">;

/** Puts right what is wrong in a record. Only what was changed is sent. */
export function Correct({ record: { resident, etag }, reload, onDone }: ChangeProps) {
  const [entered, setEntered] = useState<Partial<Entered>>({});
  const was = (key: keyof Entered) => resident[key] ?? "";
  const changed = FIELDS.filter(({ key }) => entered[key] !== undefined && entered[key].trim() !== was(key));
  const perform = async () => {
    const body: Correction = Object.fromEntries(changed.map(({ key }) => [key, entered[key]?.trim() ?? ""]));
    await answer(api.PATCH("/api/residents/{id}", { params: { path: { id: resident.id }, header: { "if-match": etag } }, body }));
    reload();
    onDone();
  };
  return (
    <Dialog title={`Correct the record of ${fullName(resident)}`} action="Save" perform={perform} onClose={onDone} onStale={reload} ready={changed.length > 0}>
      {(refusal) =>
        FIELDS.map(({ key, label, ...more }) => {
          const value = entered[key] ?? was(key as keyof Detail & keyof Entered);
          const set = (next: string) => setEntered((now) => ({ ...now, [key]: next }));
          return (
            <FormField key={key} label={label} description={"description" in more && more.description} errorText={refusal?.about(key)} stretch>
              {key === "notes" ? (
                <Textarea value={value} rows={2} onChange={({ detail }) => set(detail.value)} />
              ) : (
                <Input value={value} onChange={({ detail }) => set(detail.value)} autoComplete={false} spellcheck={false} {...(key === "number" && { type: "text", inputMode: "tel" })} />
              )}
            </FormField>
          );
        })
      }
    </Dialog>
  );
}
