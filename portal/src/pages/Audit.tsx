import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import type { TableProps } from "@cloudscape-design/components/table";
import { answer, api } from "../api/client";
import type { AuditEntry } from "../api/types";
import { useLoad } from "../api/use-load";
import { ListTable } from "../ui/ListTable";
import { usePage } from "../ui/page";
import { PageLink } from "../ui/PageLink";
import { usePaging } from "../ui/paging";
import { Time } from "../ui/Time";
import { spaced } from "../ui/words";

const COLUMNS: TableProps.ColumnDefinition<AuditEntry>[] = [
  { id: "at", header: "When", isRowHeader: true, minWidth: 165, cell: (it) => <Time at={it.at} /> },
  { id: "actor", header: "Who", minWidth: 110, cell: (it) => it.actor },
  { id: "action", header: "Did what", minWidth: 160, cell: (it) => spaced(it.action) },
  { id: "resident", header: "With whom", minWidth: 110, cell: (it) => (it.resident_id ? <PageLink href={`/residents/${it.resident_id}`}>Resident {it.resident_id.slice(0, 8)}</PageLink> : "–") },
  { id: "detail", header: "Details", minWidth: 200, cell: (it) => it.detail || "–" },
];

/** Who looked at what and who changed what, newest first. */
export default function Audit() {
  usePage("Audit log");
  const paging = usePaging();
  const query = paging.cursor === undefined ? {} : { cursor: paging.cursor };
  const loaded = useLoad(`audit ${paging.cursor}`, (signal) => answer(api.GET("/api/audit", { params: { query }, signal })));
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Every look at a resident and every change, newest first. Nothing here can be altered." actions={<Button iconName="refresh" ariaLabel="Load again" onClick={loaded.reload} />}>
          Audit log
        </Header>
      }
    >
      <ListTable loaded={loaded} things="entries" columnDefinitions={COLUMNS} paging={paging} empty="Nothing has happened yet." />
    </ContentLayout>
  );
}
