import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import RadioGroup from "@cloudscape-design/components/radio-group";
import Textarea from "@cloudscape-design/components/textarea";
import { useState } from "react";
import type { AgentDisposition } from "../../api/types";
import { useDraft } from "../../desk/drafts";
import { Failure } from "../../ui/Failure";
import { useDeed } from "../../ui/use-deed";
import { agentDispositions, NOT_SPOKEN, SPOKEN } from "../../ui/words";
import { complete } from "./deeds";
import { OUTCOME } from "./shortcuts";

/** As the service takes it. */
const LONGEST = 1_000;

interface Props {
  callbackId: string;
  /** The call at the phone; none when the agent has rung with another. */
  contact: string | undefined;
  /** Why it cannot be sent yet: it can be filled in all the same. */
  wait: string | undefined;
  onCompleted: () => void;
  /** Besides: what else can be done. */
  actions?: React.ReactNode;
}

/** What came of the call. What is entered is kept until it is sent, also when the page is loaded anew. */
export function Outcome({ callbackId, contact, wait, onCompleted, actions }: Props) {
  const [draft, keep] = useDraft(callbackId);
  const { busy, failure, run } = useDeed();
  const [missing, setMissing] = useState(false);
  const { disposition, notes } = draft;
  const tooLong = notes.trim().length > LONGEST;

  const send = async () => {
    if (!disposition) {
      setMissing(true);
      document.querySelector<HTMLElement>(`#${OUTCOME} input`)?.focus();
      return;
    }
    if (busy || wait !== undefined || tooLong) return;
    await run(async () => {
      await complete(callbackId, { disposition, notes, contact });
      keep(undefined);
      onCompleted();
    });
  };
  const choose = (disposition: AgentDisposition) => {
    setMissing(false);
    keep({ ...draft, disposition });
  };

  return (
    <Container header={<Header variant="h2">What came of the call</Header>}>
      <form
        id={OUTCOME}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <div className="stack">
          <div className="outcomes">
            <Choice label="You spoke to them" among={SPOKEN} chosen={disposition} choose={choose} error={missing ? "Choose what came of the call." : undefined} />
            <Choice label="You did not speak to them" among={NOT_SPOKEN} chosen={disposition} choose={choose} constraint="They stay on the list." />
          </div>
          <FormField label={<>Notes <i>(kept in their record)</i></>} stretch errorText={tooLong && `That is ${notes.trim().length - LONGEST} letters too long.`}>
            <Textarea value={notes} rows={3} onChange={({ detail }) => keep({ ...draft, notes: detail.value })} />
          </FormField>
          {failure !== undefined && <Failure failure={failure} />}
          <div className="phone-keys">
            <Button variant="primary" formAction="submit" loading={busy} loadingText="Saving" {...(wait !== undefined && { disabled: true, disabledReason: wait })}>Complete</Button>
            {actions}
          </div>
        </div>
      </form>
    </Container>
  );
}

interface ChoiceProps {
  label: string;
  among: readonly AgentDisposition[];
  chosen: AgentDisposition | undefined;
  choose: (disposition: AgentDisposition) => void;
  error?: string | undefined;
  constraint?: string;
}

function Choice({ label, among, chosen, choose, error, constraint }: ChoiceProps) {
  return (
    <FormField label={label} errorText={error} constraintText={constraint}>
      <RadioGroup
        items={among.map((value) => ({ value, label: agentDispositions[value].label, description: agentDispositions[value].meaning }))}
        value={among.find((value) => value === chosen) ?? null}
        onChange={({ detail }) => choose(detail.value as AgentDisposition)}
      />
    </FormField>
  );
}
