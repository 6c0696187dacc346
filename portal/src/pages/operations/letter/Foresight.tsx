import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { ReactNode } from "react";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { Foreseen, LetterDetail } from "../../../api/types";
import { type Loaded, useLoad } from "../../../api/use-load";
import { Failure } from "../../../ui/Failure";
import { Time } from "../../../ui/Time";
import { sentence } from "../../../ui/words";
import { foresee } from "../deeds";
import { outcomes } from "../words";

/** What would come of a replay at this moment. Asking changes nothing, so nobody has to ask. */
export function useForesight(letter: LetterDetail | undefined): Loaded<Foreseen | undefined> {
  const id = letter?.replayable ? letter.id : undefined;
  return useLoad<Foreseen | undefined>(`foreseen ${id} ${letter?.version}`, async (signal) => (id === undefined ? undefined : foresee(id, null, signal)));
}

export function Foresight({ loaded: { value, failure, loading, reload } }: { loaded: Loaded<Foreseen | undefined> }) {
  return (
    <Container header={<Header variant="h2" description="Tried without doing anything: nobody is called, nothing is changed." actions={<Button loading={loading} loadingText="Trying" onClick={reload}>Try again</Button>}>What a replay would do now</Header>}>
      <div aria-live="polite">
        {failure !== undefined ? <Failure failure={failure} /> : value ? <Prospect foreseen={value} /> : <StatusIndicator type="loading">Trying</StatusIndicator>}
      </div>
    </Container>
  );
}

/** In plain words, with its sign. `children` go with it on its line. */
export function Prospect({ foreseen: { outcome, text, until }, children }: { foreseen: Foreseen; children?: ReactNode }) {
  const { look, label } = outcomes[outcome];
  return (
    <div className="prospect">
      <StatusIndicator type={look}><b>{label}</b></StatusIndicator>
      <p>{sentence(text)}{until && <> That changes <Time at={until} />.</>} {children}</p>
    </div>
  );
}
