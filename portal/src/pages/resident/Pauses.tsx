import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { answer, api } from "../../api/client";
import { Failure } from "../../ui/Failure";
import { Time } from "../../ui/Time";
import type { Record } from "./record";

/** When this person is not called for a while. */
export function Pauses({ record, reload }: { record: Record; reload: () => void }) {
  const { resident, etag } = record;
  const [ending, setEnding] = useState<string>();
  const [failure, setFailure] = useState<unknown>();
  const end = async (pause_id: string) => {
    setEnding(pause_id);
    setFailure(undefined);
    try {
      await answer(api.DELETE("/api/residents/{id}/pauses/{pause_id}", { params: { path: { id: resident.id, pause_id }, header: { "if-match": etag } } }));
    } catch (refused) {
      setFailure(refused);
    }
    setEnding(undefined);
    reload();
  };
  return (
    <Container fitHeight header={<Header variant="h2">Pauses</Header>}>
      <SpaceBetween size="s">
        {failure !== undefined && <Failure failure={failure} />}
        {resident.pauses.length === 0 && <Box color="text-body-secondary">None. A pause stops the calls for some days; they start again by themselves.</Box>}
        <ul className="notes">
          {resident.pauses.map((pause) => (
            <li key={pause.id}>
              <p>{pause.reason ?? "No reason given"}</p>
              <small>From <Time at={pause.from} /> until <Time at={pause.until} />{pause.by && `, entered by ${pause.by}`}</small>
              <Button variant="inline-link" loading={ending === pause.id} ariaLabel={`Remove the pause: ${pause.reason ?? "no reason given"}`} onClick={() => void end(pause.id)}>Remove</Button>
            </li>
          ))}
        </ul>
      </SpaceBetween>
    </Container>
  );
}
