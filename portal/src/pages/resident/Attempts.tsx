import Header from "@cloudscape-design/components/header";
import type { TableProps } from "@cloudscape-design/components/table";
import { answer, api } from "../../api/client";
import type { Attempt } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { usePaging } from "../../ui/paging";
import { Time } from "../../ui/Time";
import { dispositions } from "../../ui/words";
import { duration } from "../../ui/dates";

const KEYS: Record<NonNullable<Attempt["pressed"]>, string> = { well: "1", talk: "2" };

const COLUMNS: TableProps.ColumnDefinition<Attempt>[] = [
  { id: "begun", header: "Called", isRowHeader: true, minWidth: 165, cell: (it) => <Time at={it.begun_at} /> },
  { id: "how", header: "How it ended", minWidth: 160, cell: (it) => dispositions[it.disposition].label },
  { id: "means", header: "What that means", minWidth: 220, cell: (it) => dispositions[it.disposition].meaning },
  { id: "key", header: "Key pressed", minWidth: 100, cell: (it) => (it.pressed == null ? (it.disposition === "opted_out" ? "9, twice" : "–") : KEYS[it.pressed]) },
  { id: "rang", header: "Rang for", minWidth: 90, cell: (it) => (it.ring_seconds == null ? "–" : duration(it.ring_seconds)) },
];

/** Every call that was made to this person. */
export function Attempts({ id, version }: { id: string; version: number }) {
  const paging = usePaging();
  const query = { size: 20, ...(paging.cursor !== undefined && { cursor: paging.cursor }) };
  const loaded = useLoad(`${id} ${version} ${paging.cursor}`, (signal) => answer(api.GET("/api/residents/{id}/attempts", { params: { path: { id }, query }, signal })));
  return (
    <ListTable
      loaded={loaded}
      things="calls"
      trackBy="id"
      paging={paging}
      header={<Header variant="h2">Calls</Header>}
      columnDefinitions={COLUMNS}
      empty="No call was made to this person yet."
    />
  );
}
