import Header from "@cloudscape-design/components/header";
import type { TableProps } from "@cloudscape-design/components/table";
import { answer, api } from "../../api/client";
import type { DayAccount, DayPerson, DayState } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { PageLink } from "../../ui/PageLink";
import { usePaging } from "../../ui/paging";
import { wordsOf } from "./words";

const COLUMNS: TableProps.ColumnDefinition<DayPerson>[] = [
  {
    id: "name",
    header: "Name",
    isRowHeader: true,
    minWidth: 180,
    cell: (it) => (it.registered
      ? <PageLink href={`/residents/${it.id}`}>{`${it.first_name} ${it.last_name}`.trim()}</PageLink>
      : `No longer on the register (${it.id.slice(0, 8)})`),
  },
  { id: "reference", header: "Reference", minWidth: 120, cell: (it) => it.reference ?? "–" },
];

/** Who stood in one state when the day ended. */
export function People({ day, state }: { day: DayAccount; state: DayState }) {
  const paging = usePaging(`ledger ${day.date} ${state}`);
  const query = { state, ...(paging.cursor !== undefined && { cursor: paging.cursor }) };
  const loaded = useLoad(`ledger ${day.date} ${state} ${paging.cursor}`, (signal) =>
    answer(api.GET("/api/ledger/{date}/residents", { params: { path: { date: day.date }, query }, signal })));
  const { label, meaning } = wordsOf(day)[state];
  return (
    <ListTable
      loaded={loaded}
      things="residents"
      columnDefinitions={COLUMNS}
      trackBy="id"
      paging={paging}
      header={<Header variant="h2" counter={`(${day.ledger?.[state] ?? 0})`} description={meaning}>{label}</Header>}
      empty="Nobody."
    />
  );
}
