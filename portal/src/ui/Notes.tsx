import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { Note } from "../api/types";
import { Failure } from "./Failure";
import { Time } from "./Time";
import { useDeed } from "./use-deed";

/** What colleagues should know. Notes are added, never changed. `hint` says what belongs into them. */
export function Notes({ notes, hint, add }: { notes: readonly Note[]; hint: string; add: (text: string) => Promise<unknown> }) {
  const [text, setText] = useState("");
  const { busy, failure, run } = useDeed();
  const send = () => run(async () => {
    await add(text.trim());
    setText("");
  });
  return (
    <Container header={<Header variant="h2">Notes</Header>}>
      <SpaceBetween size="m">
        <NoteList notes={notes} />
        {failure !== undefined && <Failure failure={failure} />}
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (text.trim() !== "") void send();
          }}
        >
          <SpaceBetween size="xs">
            <FormField label="New note" description={hint} stretch>
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
export function NoteList({ notes }: { notes: readonly Note[] }) {
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
