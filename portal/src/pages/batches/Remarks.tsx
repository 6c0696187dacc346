import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { answer, api } from "../../api/client";
import type { Remark, RemarkKind } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { usePaging } from "../../ui/paging";
import { REMARKS, WARNINGS } from "../../ui/remarks";

const SIZE = 25;

/** What there is to say about single lines of a batch. */
export function Remarks({ id }: { id: string }) {
  return (
    <SpaceBetween size="l">
      <List id={id} kind="rejections" title="Rejected rows" note="They were not loaded." empty="None. Every row could be read." columns={REMARKS} />
      <List id={id} kind="warnings" title="Good to know" note="These rows were loaded, or needed no loading." empty="Nothing." columns={WARNINGS} />
    </SpaceBetween>
  );
}

interface Props {
  id: string;
  kind: RemarkKind;
  title: string;
  note: string;
  empty: string;
  columns: TableProps.ColumnDefinition<Remark>[];
}

function List({ id, kind, title, note, empty, columns }: Props) {
  const paging = usePaging(kind);
  const query = { kind, size: SIZE, ...(paging.cursor !== undefined && { cursor: paging.cursor }) };
  const loaded = useLoad(`${kind} ${id} ${paging.cursor}`, (signal) => answer(api.GET("/api/batches/{id}/notes", { params: { path: { id }, query }, signal })));
  return <ListTable loaded={loaded} things={title.toLowerCase()} columnDefinitions={columns} paging={paging} header={<Header variant="h2" description={note}>{title}</Header>} empty={empty} />;
}
