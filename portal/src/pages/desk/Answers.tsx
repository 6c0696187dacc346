import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { answer, api } from "../../api/client";
import { useLoad } from "../../api/use-load";
import { Failure } from "../../ui/Failure";
import { Time } from "../../ui/Time";
import { Waiting } from "../../ui/Waiting";
import { dispositions } from "../../ui/words";

const SOME = 6;

/** How the last calls to this person ended. */
export function Answers({ id, version }: { id: string; version: number }) {
  const { value, failure, loading, reload } = useLoad(`${id} ${version}`, (signal) =>
    answer(api.GET("/api/residents/{id}/attempts", { params: { path: { id }, query: { size: SOME } }, signal })));
  return (
    <Container fitHeight header={<Header variant="h2">The last calls</Header>}>
      {!value && (loading ? <Waiting /> : <Failure failure={failure} onRetry={reload} />)}
      {value?.items.length === 0 && <Box color="text-body-secondary">No call was made to this person yet.</Box>}
      <ul className="notes">
        {value?.items.map((call) => (
          <li key={call.id}>
            <p>{dispositions[call.disposition].label}</p>
            <small><Time at={call.begun_at} /></small>
          </li>
        ))}
      </ul>
    </Container>
  );
}
