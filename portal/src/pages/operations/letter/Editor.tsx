import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect, useMemo, useRef, useState } from "react";
import { Refusal } from "../../../api/problem";
import type { Content, LetterDetail } from "../../../api/types";
import { Failure } from "../../../ui/Failure";
import { edit, LONGEST_REASON } from "../deeds";
import { Lines } from "./Beside";
import { CodeField, goTo } from "./CodeField";
import { Findings } from "./Findings";
import { Form } from "./Form";
import { readable } from "./json";
import { changed } from "./lines";
import { faults } from "./shape";
import { useDraft } from "./use-draft";

interface Props {
  letter: LetterDetail;
  /** As it was set aside. */
  original: string;
  /** As it is now, which the edit begins with. */
  now: Content;
  reload: () => void;
  onCancel: () => void;
  onSaved: (saved: LetterDetail, message: string, andReplay: boolean) => Promise<void>;
}

/** Mends a message beside what it was, and says all the while what is wrong with it and what would come of it. */
export function Editor({ letter, original, now, reload, onCancel, onSaved }: Props) {
  const start = useMemo(() => readable(now.text ?? ""), [now]);
  const before = useMemo(() => readable(original).split("\n"), [original]);
  const [draft, setDraft] = useState(start);
  const [reason, setReason] = useState("");
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState<"save" | "replay">();
  const [failure, setFailure] = useState<unknown>();
  const area = useRef<HTMLTextAreaElement>(null);

  const found = useMemo(() => faults(draft, letter.schema), [draft, letter.schema]);
  const marks = useMemo(() => changed(before, draft.split("\n")), [before, draft]);
  const foreseen = useDraft(letter.id, draft, found.length === 0);
  useEffect(() => goTo(area.current, found[0]?.line ?? 1), []);
  const isChanged = draft !== start;
  const refusal = failure instanceof Refusal ? failure : undefined;
  const stale = refusal?.status === 412;
  const lacksReason = reason.trim() === "";

  const save = async (andReplay: boolean) => {
    setTried(true);
    if (!isChanged || found[0]) return goTo(area.current, found[0]?.line ?? 1);
    if (lacksReason) return document.getElementById(REASON)?.focus();
    setBusy(andReplay ? "replay" : "save");
    setFailure(undefined);
    let saved: LetterDetail;
    try {
      saved = await edit(letter, draft, reason.trim());
    } catch (refused) {
      setFailure(refused);
      setBusy(undefined);
      if (refused instanceof Refusal && [409, 412].includes(refused.status)) reload();
      return undefined;
    }
    return onSaved(saved, draft, andReplay);
  };

  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy) void save(true);
      }}
    >
      {!letter.editable && <Alert type="warning" header="It can no longer be edited">Somebody has replayed or discarded it meanwhile. What you have written is still here to be copied.</Alert>}
      <div className="beside">
        <Lines title="As it was set aside" lines={before} marks={marks.before} mark="before" />
        <section className="pane" aria-label="Your edit">
          <h3 className="small-head">Your edit</h3>
          <CodeField area={area} label="The message as it should be" value={draft} onChange={setDraft} marks={marks.after} faulty={found.map(({ line }) => line)} describedBy={FINDINGS} />
        </section>
      </div>
      <Findings id={FINDINGS} draft={draft} found={found} foreseen={foreseen} isChanged={isChanged} tried={tried} refused={refusal?.about("message")} goTo={(line) => goTo(area.current, line)} />
      {letter.schema != null && <Form schema={letter.schema} />}
      <FormField controlId={REASON} label="Why do you edit it?" description="Kept in its history. Without names or numbers of people." errorText={refusal?.about("reason") ?? (tried && lacksReason && "Say in a few words why.")} stretch>
        <Input value={reason} onChange={({ detail }) => setReason(detail.value.slice(0, LONGEST_REASON))} />
      </FormField>
      {stale && <Alert type="warning" header="The letter has changed meanwhile">Nothing was overwritten. The page shows it as it is now; look whether your edit still fits, then save again.</Alert>}
      {failure !== undefined && !stale && !refusal?.about("message") && !refusal?.about("reason") && <Failure failure={failure} />}
      <SpaceBetween direction="horizontal" size="xs">
        <Button variant="primary" formAction="submit" disabled={!letter.editable} loading={busy === "replay"} loadingText="Saving">Save and replay</Button>
        <Button formAction="none" disabled={!letter.editable} loading={busy === "save"} loadingText="Saving" onClick={() => void save(false)}>Save only</Button>
        <Button formAction="none" variant="link" onClick={onCancel}>Cancel</Button>
      </SpaceBetween>
    </form>
  );
}

const REASON = "edit-reason";
const FINDINGS = "edit-findings";
