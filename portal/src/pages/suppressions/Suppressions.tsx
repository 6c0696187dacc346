import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { Suppression } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { ListTable } from "../../ui/ListTable";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { usePaging } from "../../ui/paging";
import { Time } from "../../ui/Time";
import { suppressedBy, suppressedWhy } from "../../ui/words";
import { LiftSuppression, SearchNumber, SuppressNumber } from "./dialogs";

type Asking = { what: "suppress" | "search" } | { what: "lift"; entry: Suppression };

/** Who is never called, by number and by person. */
export default function Suppressions() {
  usePage("Suppressions");
  const [asking, setAsking] = useState<Asking>();
  const paging = usePaging();
  const query = paging.cursor === undefined ? {} : { cursor: paging.cursor };
  const loaded = useLoad(`suppressions ${paging.cursor}`, (signal) => answer(api.GET("/api/suppressions", { params: { query }, signal })));
  const close = () => setAsking(undefined);
  const done = () => {
    close();
    loaded.reload();
  };

  const columns: TableProps.ColumnDefinition<Suppression>[] = [
    { id: "whom", header: "Whom", isRowHeader: true, minWidth: 150, cell: (it) => <Whom entry={it} /> },
    { id: "at", header: "Since", minWidth: 165, cell: (it) => <Time at={it.at} /> },
    { id: "by", header: "By", minWidth: 130, cell: suppressedBy },
    { id: "why", header: "Because", minWidth: 220, cell: suppressedWhy },
    {
      id: "do",
      header: "Actions",
      minWidth: 90,
      cell: (it) => <Button variant="inline-link" ariaLabel={`Lift the entry of ${name(it)}`} onClick={() => setAsking({ what: "lift", entry: it })}>Lift</Button>,
    },
  ];
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Nobody on this list is called, now or when they are loaded later. Numbers are shown by their last two digits."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button onClick={() => setAsking({ what: "search" })}>Look for a number</Button>
              <Button variant="primary" onClick={() => setAsking({ what: "suppress" })}>Suppress a number</Button>
            </SpaceBetween>
          }
        >
          Suppressions
        </Header>
      }
    >
      <ListTable loaded={loaded} things="suppressions" trackBy="id" columnDefinitions={columns} paging={paging} empty="Nobody is on the suppression list." />
      {asking?.what === "suppress" && <SuppressNumber onClose={close} onDone={done} />}
      {asking?.what === "search" && <SearchNumber onClose={close} onLift={(entry) => setAsking({ what: "lift", entry })} />}
      {asking?.what === "lift" && <LiftSuppression id={asking.entry.id} of={name(asking.entry)} onClose={close} onDone={done} />}
    </ContentLayout>
  );
}

function Whom({ entry }: { entry: Suppression }) {
  return entry.resident_id ? <PageLink href={`/residents/${entry.resident_id}`}>{name(entry)}</PageLink> : <>{name(entry)}</>;
}

function name(entry: Suppression): string {
  return entry.resident_id ? `Resident ${entry.resident_id.slice(0, 8)}` : `Number …${entry.number_ends ?? ""}`;
}
