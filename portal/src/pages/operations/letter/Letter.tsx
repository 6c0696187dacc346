import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useRef, useState } from "react";
import { useParams } from "react-router";
import { Refusal } from "../../../api/problem";
import type { LetterDetail } from "../../../api/types";
import { Failure } from "../../../ui/Failure";
import { usePage } from "../../../ui/page";
import { Waiting } from "../../../ui/Waiting";
import { Discard } from "../Discard";
import { replay } from "../deeds";
import { nameOf, states } from "../words";
import { Facts } from "./Facts";
import { Foresight, useForesight } from "./Foresight";
import { History } from "./History";
import { Message } from "./Message";
import { Outcome } from "./Outcome";
import { useLetter } from "./use-letter";

/** One letter: why it is here, what would become of it, and what can be done. */
export default function Letter() {
  const { id = "" } = useParams();
  return <One key={id} id={id} />;
}

function One({ id }: { id: string }) {
  usePage("Dead letter");
  const { value: letter, failure, loading, reload } = useLetter(id);
  const { send, sending, refused } = useReplay(reload);
  const [discarding, setDiscarding] = useState(false);
  const [editing, setEditing] = useState(false);
  const outcome = useRef<HTMLDivElement>(null);
  const foreseen = useForesight(letter);
  // What helps stands out: to replay it, or to mend it first.
  const inVain = foreseen.value?.outcome === "parks_again";
  const gone = failure instanceof Refusal && [400, 404, 501].includes(failure.status);
  // What comes of it is told at the top: take readers and keyboards there.
  const replayNow = async (seen: LetterDetail) => {
    await send(seen);
    outcome.current?.focus();
  };
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={letter && <StatusIndicator type={states[letter.state as keyof typeof states]?.look ?? "info"}>{states[letter.state as keyof typeof states]?.label ?? letter.state}</StatusIndicator>}
          actions={
            letter && (
              <SpaceBetween direction="horizontal" size="xs">
                {letter.discardable && <Button disabled={editing} onClick={() => setDiscarding(true)}>Discard</Button>}
                {letter.replayable && <Button variant={letter.state === "open" && !editing && !inVain ? "primary" : "normal"} disabled={editing} loading={sending} loadingText="Being sent" onClick={() => void replayNow(letter)}>{letter.state === "replaying" ? "Send again" : "Replay"}</Button>}
              </SpaceBetween>
            )
          }
        >
          {letter ? nameOf(letter) : "Dead letter"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {refused !== undefined && <Failure failure={refused} />}
        {failure !== undefined && <Failure failure={failure} onRetry={gone ? undefined : reload} />}
        {letter ? (
          <SpaceBetween size="l">
            <div>
              <div ref={outcome} tabIndex={-1} aria-live="polite" className="outcome"><Outcome letter={letter} /></div>
              <Facts letter={letter} />
            </div>
            {letter.replayable && !editing && <Foresight loaded={foreseen} />}
            <Message letter={letter} inVain={inVain} editing={editing} setEditing={setEditing} reload={reload} replay={replayNow} />
            <History events={letter.history} />
          </SpaceBetween>
        ) : (
          loading && <Waiting />
        )}
      </SpaceBetween>
      {discarding && letter && (
        <Discard
          letters={[letter]}
          onClose={() => setDiscarding(false)}
          onStale={reload}
          onDone={() => {
            setDiscarding(false);
            reload();
            outcome.current?.focus();
          }}
        />
      )}
    </ContentLayout>
  );
}

/** Sends a letter back; what refuses it is kept for the page to say. */
function useReplay(reload: () => void) {
  const [sending, setSending] = useState(false);
  const [refused, setRefused] = useState<unknown>();
  const send = async (letter: LetterDetail) => {
    setSending(true);
    setRefused(undefined);
    try {
      await replay(letter);
    } catch (failure) {
      setRefused(failure);
    }
    setSending(false);
    reload();
  };
  return { send, sending, refused };
}
