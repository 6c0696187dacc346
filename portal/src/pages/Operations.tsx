import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { DialingBanner, StopDialing, useTurned } from "../dialing/Dialing";
import { usePage } from "../ui/page";
import { DiscardMany, type Found } from "./operations/DiscardMany";
import { Groups } from "./operations/Groups";
import { Letters } from "./operations/Letters";
import { Queues } from "./operations/Queues";
import { type Meant, ReplayMany } from "./operations/ReplayMany";
import { Replays } from "./operations/Replays";
import { useOperations } from "./operations/use-operations";

/** What waits, and what could not be dealt with: seen by cause, looked for, mended, sent back. */
export default function Operations() {
  usePage("Operations");
  const { dialing: told, queues, groups, replays, mark, reload } = useOperations();
  const [dialing, onTurned] = useTurned(told);
  const [meant, setMeant] = useState<Meant>();
  const [unneeded, setUnneeded] = useState<Found>();
  const [started, setStarted] = useState<readonly string[]>([]);
  const begun = ({ id }: { id: string }) => {
    setMeant(undefined);
    setUnneeded(undefined);
    setStarted((before) => [...before, id]);
    reload();
  };
  const actions = (
    <SpaceBetween direction="horizontal" size="xs" alignItems="center">
      <Button iconName="refresh" ariaLabel="Load again" onClick={reload} />
      {dialing && <StopDialing dialing={dialing} reload={reload} onTurned={onTurned} />}
    </SpaceBetween>
  );
  return (
    <ContentLayout header={<Header variant="h1" description="Whether work flows, and what has got stuck." actions={actions}>Operations</Header>}>
      <SpaceBetween size="l">
        {dialing && <DialingBanner dialing={dialing} reload={reload} onTurned={onTurned} />}
        <Queues loaded={queues} />
        <Groups loaded={groups} replay={(query, letters) => setMeant({ query, letters })} />
        <Replays replays={replays.value ?? []} started={started} onChange={reload} />
        <Letters groups={groups.value?.items ?? []} mark={mark} replay={setMeant} discard={setUnneeded} onMoved={reload} />
      </SpaceBetween>
      {meant && <ReplayMany meant={meant} onClose={() => setMeant(undefined)} onStarted={begun} />}
      {unneeded && <DiscardMany found={unneeded} onClose={() => setUnneeded(undefined)} onStarted={begun} />}
    </ContentLayout>
  );
}
