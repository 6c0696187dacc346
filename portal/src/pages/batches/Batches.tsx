import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import type { Batch } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { usePaging } from "../../ui/paging";
import { StageLabel } from "../../ui/StageLabel";
import { Time } from "../../ui/Time";
import { whole } from "../../ui/words";
import { nameOf, OTHER_WAY } from "./use-batch";

const COLUMNS: TableProps.ColumnDefinition<Batch>[] = [
  { id: "file", header: "File", isRowHeader: true, minWidth: 160, cell: (it) => <PageLink href={`/batches/${it.id}`}>{nameOf(it)}</PageLink> },
  { id: "at", header: "When", minWidth: 165, cell: (it) => <Time at={it.at} /> },
  { id: "by", header: "Who", minWidth: 110, cell: (it) => it.by ?? OTHER_WAY },
  { id: "stage", header: "Stage", minWidth: 130, cell: (it) => <StageLabel stage={it.stage} /> },
  { id: "rows", header: "Rows", minWidth: 70, cell: (it) => (it.rows == null ? "–" : whole.format(it.rows)) },
  { id: "loaded", header: "Loaded", minWidth: 80, cell: (it) => whole.format(it.loaded) },
  { id: "known", header: "Known already", minWidth: 90, cell: (it) => whole.format(it.already_known) },
  { id: "rejected", header: "Rejected", minWidth: 90, cell: (it) => whole.format(it.rejected) },
];

/** The history of uploads. */
export default function Batches() {
  usePage("Batches");
  const navigate = useNavigate();
  const paging = usePaging();
  const query = paging.cursor === undefined ? {} : { cursor: paging.cursor };
  const loaded = useLoad(`batches ${paging.cursor}`, (signal) => answer(api.GET("/api/batches", { params: { query }, signal })));
  const upload = () => void navigate("/upload");
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Every list that was loaded, the newest first, and what came of it."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Load again" onClick={loaded.reload} />
              <Button variant="primary" onClick={upload}>Upload a list</Button>
            </SpaceBetween>
          }
        >
          Batches
        </Header>
      }
    >
      <ListTable loaded={loaded} things="batches" trackBy="id" columnDefinitions={COLUMNS} paging={paging} empty={<SpaceBetween size="s"><div>No list was loaded yet.</div><Button onClick={upload}>Upload a list</Button></SpaceBetween>} />
    </ContentLayout>
  );
}
