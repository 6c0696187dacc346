import Box from "@cloudscape-design/components/box";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { useEffect } from "react";
import { answer, api } from "../api/client";
import type { DeadLetter, Queue } from "../api/types";
import { useLoad } from "../api/use-load";
import { DialingBanner, StopDialing, useTurned } from "../dialing/Dialing";
import { ListTable } from "../ui/ListTable";
import { usePage } from "../ui/page";
import { usePaging } from "../ui/paging";
import { Time } from "../ui/Time";
import { count, spaced, whole } from "../ui/words";

const RENEW_MS = 10_000;

const QUEUES: TableProps.ColumnDefinition<Queue>[] = [
  { id: "name", header: "Queue", isRowHeader: true, minWidth: 150, cell: (it) => spaced(it.name) },
  { id: "waiting", header: "Waiting", minWidth: 90, cell: (it) => (it.waiting == null ? "Not known" : whole.format(it.waiting)) },
  {
    id: "dead",
    header: "Could not be dealt with",
    minWidth: 150,
    cell: (it) => (it.dead_letters > 0 ? <StatusIndicator type="warning">{count(it.dead_letters, "message")}</StatusIndicator> : <StatusIndicator type="success">None</StatusIndicator>),
  },
];

const LETTERS: TableProps.ColumnDefinition<DeadLetter>[] = [
  { id: "parked", header: "Set aside", minWidth: 165, cell: (it) => <Time at={it.parked_at} /> },
  { id: "source", header: "Queue", minWidth: 120, cell: (it) => spaced(it.source) },
  { id: "reason", header: "Reason", minWidth: 220, cell: (it) => it.reason },
  { id: "handler", header: "Given up by", minWidth: 110, cell: (it) => spaced(it.handler) },
  { id: "receives", header: "Tries", minWidth: 70, cell: (it) => it.receives },
  { id: "id", header: "Message", isRowHeader: true, minWidth: 150, cell: (it) => <Box variant="code" fontSize="body-s">{it.message_id}</Box> },
];

/** What waits, and what could not be dealt with. Messages carry ids only; their bodies are never shown. */
export default function Operations() {
  usePage("Operations");
  const queues = useLoad("queues", async (signal) => ({ items: await answer(api.GET("/api/queues", { signal })) }));
  const switched = useLoad("dialing", (signal) => answer(api.GET("/api/dialing", { signal })));
  const [dialing, onTurned] = useTurned(switched.value);
  const paging = usePaging();
  const query = paging.cursor === undefined ? {} : { cursor: paging.cursor };
  const letters = useLoad(`letters ${paging.cursor}`, (signal) => answer(api.GET("/api/dead-letters", { params: { query }, signal })));
  const { reload } = queues;
  const { reload: look } = switched;
  useEffect(() => {
    const timer = setInterval(() => {
      reload();
      look();
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, [reload, look]);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Whether work flows, and what has got stuck." actions={dialing && <StopDialing dialing={dialing} reload={look} onTurned={onTurned} />}>
          Operations
        </Header>
      }
    >
      <SpaceBetween size="l">
        {dialing && <DialingBanner dialing={dialing} reload={look} onTurned={onTurned} />}
        <ListTable loaded={queues} things="queues" trackBy="name" columnDefinitions={QUEUES} header={<Header variant="h2">Queues</Header>} empty="There are no queues." />
        <ListTable
          loaded={letters}
          things="dead letters"
          trackBy="message_id"
          columnDefinitions={LETTERS}
          paging={paging}
          header={<Header variant="h2" description="Messages that could not be dealt with. They are kept until somebody decides.">Dead letters</Header>}
          empty="None. Everything that came was dealt with."
        />
      </SpaceBetween>
    </ContentLayout>
  );
}
