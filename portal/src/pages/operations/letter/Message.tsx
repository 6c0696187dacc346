import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useRef, useState } from "react";
import type { Content, LetterDetail, Purpose, Revealed } from "../../../api/types";
import { Failure } from "../../../ui/Failure";
import { reveal } from "../deeds";
import { purposes } from "../words";
import { Beside } from "./Beside";
import { Editor } from "./Editor";
import { readable } from "./json";

const PURPOSES = Object.entries(purposes).map(([value, label]) => ({ value, label }));

interface Props {
  letter: LetterDetail;
  /** To replay it as it is would not help. */
  inVain: boolean;
  editing: boolean;
  setEditing: (editing: boolean) => void;
  reload: () => void;
  /** Sends the letter back as it is after an edit. */
  replay: (letter: LetterDetail) => Promise<void>;
}

/** What is in the message: hidden until somebody says what for. */
export function Message({ letter, inVain, editing, setEditing, reload, replay }: Props) {
  const [shown, setShown] = useState<Revealed>();
  const { show, showing, failure } = useReveal(letter.id, setShown);
  const mend = async () => {
    if (shown ?? (await show("mend"))) setEditing(true);
  };
  // The buttons that were pressed are gone then: the keyboard goes on from what has come in their place.
  const frame = useRef<HTMLDivElement>(null);
  const hide = () => {
    setShown(undefined);
    frame.current?.focus();
  };
  const mendable = letter.editable && !editing;
  return (
    <Container
      header={
        <Header
          variant="h2"
          description={shown ? "It may name people. The audit log has that you looked." : "It may name people, so it is hidden. The audit log keeps who looks, and what for."}
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              {shown && !editing && <Button onClick={hide}>Hide</Button>}
              {mendable && <Button variant={inVain ? "primary" : "normal"} iconName="edit" loading={showing} loadingText="Opening" onClick={() => void mend()}>{shown ? "Mend it" : "Show and mend"}</Button>}
            </SpaceBetween>
          }
        >
          What is in it
        </Header>
      }
    >
      <div className="stack frame" ref={frame} tabIndex={-1}>
        {failure !== undefined && <Failure failure={failure} />}
        {!shown ? (
          <Hidden busy={showing} show={(purpose) => void show(purpose).then((isShown) => isShown && frame.current?.focus())} />
        ) : editing ? (
          <Editor
            letter={letter}
            original={textOf(shown.former[0]?.message ?? shown.message)}
            now={shown.message}
            reload={reload}
            onCancel={() => {
              setEditing(false);
              frame.current?.focus();
            }}
            onSaved={async (saved, message, andReplay) => {
              setShown(withEdit(shown, saved, message));
              setEditing(false);
              if (andReplay) await replay(saved);
              else reload();
            }}
          />
        ) : (
          <Texts shown={shown} />
        )}
      </div>
    </Container>
  );
}

function Hidden({ busy, show }: { busy: boolean; show: (purpose: Purpose) => void }) {
  const [purpose, setPurpose] = useState<Purpose>();
  return (
    <div className="hidden-message">
      <div className="hidden-lines" aria-hidden="true">{[62, 88, 74, 40].map((width) => <span key={width} style={{ inlineSize: `${width}%` }} />)}</div>
      <div className="hidden-keys">
        <FormField label="What for?">
          <Select options={PURPOSES} placeholder="Choose one" selectedOption={PURPOSES.find(({ value }) => value === purpose) ?? null} onChange={({ detail }) => setPurpose(detail.selectedOption.value as Purpose)} />
        </FormField>
        <Button iconName="unlocked" disabled={purpose === undefined} loading={busy} loadingText="Opening" onClick={() => purpose && show(purpose)}>Show it</Button>
      </div>
    </div>
  );
}

/** As it is; and beside it as it was set aside, if somebody has edited it. */
function Texts({ shown: { message, former } }: { shown: Revealed }) {
  const [first] = former;
  const now = readable(textOf(message));
  if (!first) return <Beside panes={[{ title: "As it was set aside", text: now }]} />;
  return <Beside panes={[{ title: "As it was set aside", text: readable(textOf(first.message)) }, { title: "As it is now", text: now }]} />;
}

function textOf({ text, base64 }: Content): string {
  return text ?? `(These bytes are not text. In base64:)\n${base64 ?? ""}`;
}

/** As the service would show it now; to ask again would be one more look for the audit log. */
function withEdit({ message, former }: Revealed, saved: LetterDetail, text: string): Revealed {
  const edit = saved.history.findLast(({ what }) => what === "edited");
  return { message: { text, base64: null }, former: [...former, { edited_at: edit?.at ?? "", by: edit?.by ?? "", message }] };
}

function useReveal(id: string, onShown: (shown: Revealed) => void) {
  const [showing, setShowing] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const show = async (purpose: Purpose): Promise<boolean> => {
    setShowing(true);
    setFailure(undefined);
    try {
      onShown(await reveal(id, purpose));
      return true;
    } catch (refused) {
      setFailure(refused);
      return false;
    } finally {
      setShowing(false);
    }
  };
  return { show, showing, failure };
}
