import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import { useState } from "react";
import { answer, api } from "../../api/client";
import type { Letter, LetterGroup } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { useServiceTime } from "../../desk/service-time";
import { Ago } from "../../ui/Ago";
import { ListTable } from "../../ui/ListTable";
import { useMedia } from "../../ui/media";
import { PageLink } from "../../ui/PageLink";
import { usePaging } from "../../ui/paging";
import { useRenewal } from "../../ui/renewal";
import { sentence, whole } from "../../ui/words";
import { Discard } from "./Discard";
import type { Found } from "./DiscardMany";
import { Filters } from "./Filters";
import { asSearch, counted, EVERYTHING, isNarrow, type Query } from "./query";
import type { Meant } from "./ReplayMany";
import { LETTERS, useAddress, useArrival } from "./use-address";
import { NARROW, nameOf, queueLabel, states, tries } from "./words";

const SIZE = 25;

interface Props {
  groups: readonly LetterGroup[];
  /** Changes when letters have moved. */
  mark: string;
  replay: (meant: Meant) => void;
  discard: (found: Found) => void;
  onMoved: () => void;
}

/** The letters themselves: looked for, chosen, replayed, discarded. */
export function Letters({ groups, mark, replay, discard, onMoved }: Props) {
  const { key, query, ask } = useAddress();
  const narrow = useMedia(NARROW);
  const arrival = useArrival();
  const paging = usePaging(LETTERS);
  const time = useServiceTime();
  const loaded = useLoad(`letters ${key} ${paging.cursor} ${time === undefined && query.when !== undefined}`, (signal) => {
    const now = new Date(time?.at(performance.now()) ?? Date.now());
    const asked = { ...asSearch(query, now), size: SIZE, ...(paging.cursor !== undefined && { cursor: paging.cursor }) };
    return answer(api.GET("/api/dead-letters", { params: { query: asked }, signal }));
  });
  useRenewal(mark, loaded.reload);
  const [chosen, setChosen] = useState<readonly Letter[]>([]);
  const [discarding, setDiscarding] = useState<readonly Letter[]>();
  // As they are now: what was chosen may have moved since.
  const open = chosen.flatMap(({ id }) => loaded.value?.items.find((it) => it.id === id && it.state === "open") ?? []);
  // Only what is set aside is replayed, whatever else is shown.
  const isOver = query.state !== "waiting" && query.state !== "open" && query.state !== "all";
  const matching = counted(query, groups);
  const nothing = isOver || matching === 0 || !loaded.value?.items.length;

  return (
    <div id={LETTERS} ref={arrival} tabIndex={-1}>
      <ListTable
        loaded={loaded}
        things="dead letters"
        trackBy="id"
        columnDefinitions={narrow ? STACKED : COLUMNS}
        paging={paging}
        selectionType="multi"
        selectedItems={chosen}
        onSelectionChange={({ detail }) => setChosen(detail.selectedItems)}
        ariaLabels={{ selectionGroupLabel: "Letters that are chosen", allItemsSelectionLabel: () => "Choose all of this page", itemSelectionLabel: (_, it) => `Choose ${nameOf(it)}` }}
        filter={<Filters key={key} query={query} kinds={groups.map(({ kind }) => kind)} queues={groups.map(({ source }) => source)} ask={ask} />}
        header={
          <Header
            variant="h2"
            description="The oldest first. Open one to see why it was set aside, mend it and replay it."
            actions={
              <SpaceBetween direction="horizontal" size="xs">
                {isNarrow(query) && <Button disabled={nothing} onClick={() => discard({ query, letters: matching })}>Discard all that match</Button>}
                <Button disabled={open.length === 0} onClick={() => setDiscarding(open)}>Discard chosen</Button>
                <Button disabled={open.length === 0} onClick={() => replay({ ids: open.map(({ id }) => id), letters: open.length })}>{open.length > 0 ? `Replay ${whole.format(open.length)} chosen` : "Replay chosen"}</Button>
                <Button disabled={nothing} onClick={() => replay({ query, letters: matching })}>{isNarrow(query) ? "Replay all that match" : "Replay all"}</Button>
              </SpaceBetween>
            }
          >
            Dead letters
          </Header>
        }
        empty={<Empty query={query} ask={ask} />}
      />
      {discarding && (
        <Discard
          letters={discarding}
          onClose={() => setDiscarding(undefined)}
          onDone={() => {
            setDiscarding(undefined);
            setChosen([]);
            loaded.reload();
            onMoved();
          }}
        />
      )}
    </div>
  );
}

const NAME = (it: Letter) => <PageLink href={`/operations/letters/${it.id}`}>{nameOf(it)}</PageLink>;

/** Where there is no room for columns, all of it in one. */
const STACKED: TableProps.ColumnDefinition<Letter>[] = [
  {
    id: "all",
    header: "Letter",
    isRowHeader: true,
    cell: (it) => (
      <div className="stacked">
        {NAME(it)}
        <span>{sentence(it.reason)}</span>
        <span className="soft">{queueLabel(it.source)}, <Ago at={it.parked_at} /></span>
        <State {...it} />
      </div>
    ),
  },
];

const COLUMNS: TableProps.ColumnDefinition<Letter>[] = [
  { id: "name", header: "Letter", isRowHeader: true, minWidth: 215, cell: NAME },
  { id: "reason", header: "What went wrong", minWidth: 220, cell: (it) => sentence(it.reason) },
  { id: "parked", header: "Set aside", minWidth: 130, cell: (it) => <Ago at={it.parked_at} /> },
  { id: "queue", header: "Queue", minWidth: 125, cell: (it) => <>{queueLabel(it.source)}<Box color="text-body-secondary" fontSize="body-s">{tries(it.receives)}</Box></> },
  { id: "state", header: "State", minWidth: 155, cell: (it) => <State {...it} /> },
];

function State({ state, edits }: Letter) {
  const known = state in states ? states[state as keyof typeof states] : undefined;
  return (
    <>
      <StatusIndicator type={known?.look ?? "info"}>{known?.label ?? state}</StatusIndicator>
      {edits > 0 && <Box color="text-body-secondary" fontSize="body-s">Edited</Box>}
    </>
  );
}

function Empty({ query, ask }: { query: Query; ask: (query: Query) => void }) {
  if (!isNarrow(query)) return <>None. Everything that came was dealt with.</>;
  return <SpaceBetween size="s"><div>No letter fits this search.</div><Button onClick={() => ask(EVERYTHING)}>Show all that wait</Button></SpaceBetween>;
}
