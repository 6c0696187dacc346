import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { Detail } from "../../api/types";
import { Failure } from "../../ui/Failure";
import { Time } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";

/** What colleagues should know. Notes are added, never changed. */
export function Notes({ resident, reload }: { resident: Detail; reload: () => void }) {
  const [text, setText] = useState("");
  const { busy, failure, run } = useDeed();
  const add = () => run(async () => {
    await answer(api.POST("/api/residents/{id}/notes", { params: { path: { id: resident.id } }, body: { text: text.trim() } }));
    setText("");
    reload();
  });
  return (
    <Container header={<Header variant="h2">Notes</Header>}>
      <SpaceBetween size="m">
        <NoteList notes={resident.staff_notes} />
        {failure !== undefined && <Failure failure={failure} />}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") void add();
          }}
        >
          <SpaceBetween size="xs">
            <FormField label="New note" description="Everyone who may see this person can read it." stretch>
              <Textarea value={text} rows={2} onChange={({ detail }) => setText(detail.value)} />
            </FormField>
            <Button formAction="submit" loading={busy} loadingText="Saving" disabled={text.trim() === ""}>Add note</Button>
          </SpaceBetween>
        </form>
      </SpaceBetween>
    </Container>
  );
}

/** The newest first. */
export function NoteList({ notes }: { notes: Detail["staff_notes"] }) {
  if (notes.length === 0) return <Box color="text-body-secondary">Nobody has written a note yet.</Box>;
  const newest = [...notes].sort((one, other) => other.at.localeCompare(one.at));
  return (
    <ul className="notes">
      {newest.map((note) => (
        <li key={note.id}>
          <p>{note.text}</p>
          <small>{note.by}, <Time at={note.at} /></small>
        </li>
      ))}
    </ul>
  );
}
