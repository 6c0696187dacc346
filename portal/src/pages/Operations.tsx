import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { usePage } from "../ui/page";
import { sentence } from "../ui/words";
import { Groups } from "./operations/Groups";
import { Letters } from "./operations/Letters";
import { Queues } from "./operations/Queues";
import { type Meant, ReplayMany } from "./operations/ReplayMany";
import { Replays } from "./operations/Replays";
import { useOperations } from "./operations/use-operations";

/** What waits, and what could not be dealt with: seen by cause, looked for, mended, sent back. */
export default function Operations() {
  usePage("Operations");
  const { queues, groups, replays, listOnly, mark, reload } = useOperations();
  const [meant, setMeant] = useState<Meant>();
  const [started, setStarted] = useState<readonly string[]>([]);
  return (
    <ContentLayout header={<Header variant="h1" description="Whether work flows, and what has got stuck." actions={<Button iconName="refresh" ariaLabel="Load again" onClick={reload} />}>Operations</Header>}>
      <SpaceBetween size="l">
        <Queues loaded={queues} listOnly={listOnly !== undefined} />
        {listOnly ? <Alert type="info">{sentence(listOnly.detail ?? "Letters can be listed here, and no more.")}</Alert> : <Groups loaded={groups} replay={(query, letters) => setMeant({ query, letters })} />}
        <Replays replays={replays.value ?? []} started={started} onChange={reload} />
        <Letters groups={groups.value?.items ?? []} listOnly={listOnly !== undefined} mark={mark} replay={setMeant} onMoved={reload} />
      </SpaceBetween>
      {meant && (
        <ReplayMany
          meant={meant}
          onClose={() => setMeant(undefined)}
          onStarted={({ id }) => {
            setMeant(undefined);
            setStarted((before) => [...before, id]);
            reload();
          }}
        />
      )}
    </ContentLayout>
  );
}
