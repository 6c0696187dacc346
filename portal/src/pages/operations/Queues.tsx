import Box from "@cloudscape-design/components/box";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { Queue } from "../../api/types";
import type { Loaded } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { PageLink } from "../../ui/PageLink";
import { count, whole } from "../../ui/words";
import { EVERYTHING } from "./query";
import { addressOf } from "./use-address";
import { queueLabel, queueMeaning } from "./words";

const COLUMNS: TableProps.ColumnDefinition<Queue>[] = [
  { id: "name", header: "Queue", isRowHeader: true, minWidth: 150, cell: (it) => <>{queueLabel(it.name)}<Box color="text-body-secondary" fontSize="body-s">{queueMeaning(it.name)}</Box></> },
  { id: "waiting", header: "Waiting", minWidth: 90, cell: (it) => (it.waiting == null ? "Not known" : whole.format(it.waiting)) },
  { id: "dead", header: "Could not be dealt with", minWidth: 150, cell: (it) => <Dead {...it} /> },
];

/** How full the queues are. */
export function Queues({ loaded }: { loaded: Loaded<{ items: Queue[] }> }) {
  return <ListTable loaded={loaded} things="queues" trackBy="name" columnDefinitions={COLUMNS} header={<Header variant="h2">Queues</Header>} empty="There are no queues." />;
}

function Dead({ name, dead_letters: dead }: Queue) {
  if (dead === 0) return <StatusIndicator type="success">None</StatusIndicator>;
  return (
    <StatusIndicator type="warning">
      <PageLink href={addressOf({ ...EVERYTHING, queue: name })}>{count(dead, "message")}</PageLink>
    </StatusIndicator>
  );
}
