import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useLocation, useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import type { ResidentPage, Search, Summary } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { Refusal } from "../../api/problem";
import { saveFile } from "../../ui/download";
import { Failure } from "../../ui/Failure";
import { ListTable } from "../../ui/ListTable";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { usePaging } from "../../ui/paging";
import { StateLabel } from "../../ui/StateLabel";
import { Time, useZone } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { Filters } from "./Filters";
import { asSearch, readQuery, type Query, type Sort, writeQuery } from "./query";

const SIZE = 50;
/** So often it is looked further for somebody before people are asked whether to go on. */
const PATIENCE = 10;

const COLUMNS: TableProps.ColumnDefinition<Summary>[] = [
  { id: "name", header: "Name", sortingField: "name", isRowHeader: true, minWidth: 165, cell: (it) => <PageLink href={`/residents/${it.id}`}>{`${it.first_name} ${it.last_name}`}</PageLink> },
  { id: "state", header: "Today", minWidth: 140, cell: (it) => <><StateLabel state={it.state} />{it.paused_until && <> until <Time at={it.paused_until} /></>}</> },
  { id: "number", header: "Number", minWidth: 135, cell: (it) => (it.number_bad ? <>{it.number} <span className="warn">does not exist</span></> : it.number) },
  { id: "reference", header: "Reference", minWidth: 95, cell: (it) => it.reference ?? "–" },
  { id: "next_due", header: "Next call", sortingField: "next_due", minWidth: 120, cell: (it) => <Time at={it.next_due_at} none="None planned" /> },
  { id: "attempts", header: "Calls in 24 hours", minWidth: 75, cell: (it) => it.attempts_24h },
  { id: "last_reached", header: "Last heard of", sortingField: "last_reached", minWidth: 110, cell: (it) => <Time at={it.last_reached_at} none="Never" /> },
  { id: "registered", header: "Registered", sortingField: "registered", minWidth: 120, cell: (it) => <Time at={it.registered_at} /> },
];

/** Everyone on the register: looked for, filtered, sorted. */
export default function Residents() {
  usePage("Residents");
  const { query, text, ask } = useQuery();
  const paging = usePaging();
  const search = asSearch(query, text);
  const body = { ...search, size: SIZE, ...(paging.cursor !== undefined && { cursor: paging.cursor }) };
  const loaded = useLoad(JSON.stringify(body), (signal) => found(body, signal));
  const narrowed = text !== "" || query.states.length > 0 || query.traits.length > 0 || query.batch !== undefined;
  const everyone = () => ask({ ...query, states: [], traits: [], batch: undefined }, "");
  const timezone = useZone();
  const exporting = useDeed();
  const save = () => exporting.run(async () =>
    saveFile("residents.csv", await answer(api.POST("/api/residents/export", { body: { ...search, timezone }, parseAs: "blob" }))));
  const unsortable = loaded.failure instanceof Refusal && loaded.failure.about("sort") !== undefined;
  const sorting = COLUMNS.find((column) => column.sortingField === query.sort);

  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description="Look for somebody by name, number or reference."
          actions={
            <SpaceBetween direction="horizontal" size="xs">
              <Button iconName="refresh" ariaLabel="Load again" onClick={loaded.reload} />
              <Button iconName="download" loading={exporting.busy} loadingText="Preparing the file" onClick={() => void save()}>Save as CSV</Button>
            </SpaceBetween>
          }
        >
          Residents
        </Header>
      }
    >
      <SpaceBetween size="m">
        {unsortable && <Alert type="info" action={<Button onClick={() => ask({ ...query, sort: undefined, descending: false }, text)}>Show them unsorted</Button>}>These are too many people to be put into this order. Narrow the search, or see them in no particular order.</Alert>}
        {exporting.failure !== undefined && <Failure failure={exporting.failure} />}
        <ListTable
          loaded={unsortable ? { ...loaded, failure: undefined } : loaded}
          things="residents"
          trackBy="id"
          columnDefinitions={COLUMNS}
          paging={paging}
          {...(sorting && { sortingColumn: sorting })}
          sortingDescending={query.descending}
          onSortingChange={({ detail }) => ask({ ...query, sort: detail.sortingColumn.sortingField as Sort, descending: detail.isDescending ?? false }, text)}
          filter={<Filters key={text} query={query} text={text} ask={ask} />}
          empty={
            loaded.value?.next_cursor ? (
              <SpaceBetween size="s"><div>Nobody found so far; the list goes on.</div><Button onClick={() => paging.turn(paging.page + 1, loaded.value?.next_cursor)}>Look further</Button></SpaceBetween>
            ) : narrowed ? (
              <SpaceBetween size="s"><div>Nobody fits this search.</div><Button onClick={everyone}>Show everyone</Button></SpaceBetween>
            ) : (
              "Nobody is on the register yet."
            )
          }
        />
      </SpaceBetween>
    </ContentLayout>
  );
}

/** A page with somebody on it. The service answers after a while also when it has not found anybody yet. */
async function found(body: Search, signal: AbortSignal): Promise<ResidentPage> {
  let page = await answer(api.POST("/api/residents/search", { body, signal }));
  for (let more = 0; more < PATIENCE && page.items.length === 0 && page.next_cursor; more += 1) {
    page = await answer(api.POST("/api/residents/search", { body: { ...body, cursor: page.next_cursor }, signal }));
  }
  return page;
}

/** The search that the address and its entry in the history stand for, and how to ask for another. */
function useQuery() {
  const navigate = useNavigate();
  const location = useLocation();
  const query = readQuery(new URLSearchParams(location.search));
  const text = (location.state as { text?: string } | null)?.text ?? "";
  const ask = (next: Query, words: string) => {
    const params = writeQuery(next).toString();
    void navigate({ pathname: "/residents", search: params && `?${params}` }, { state: { text: words } });
  };
  return { query, text, ask };
}
