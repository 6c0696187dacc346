import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Header from "@cloudscape-design/components/header";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { TableProps } from "@cloudscape-design/components/table";
import type { LetterGroup } from "../../api/types";
import type { Loaded } from "../../api/use-load";
import { Ago } from "../../ui/Ago";
import { useMedia } from "../../ui/media";
import { ListTable } from "../../ui/ListTable";
import { PageLink } from "../../ui/PageLink";
import { count, sentence, whole } from "../../ui/words";
import { EVERYTHING, type Query } from "./query";
import { addressOf } from "./use-address";
import { kindLabel, NARROW, queueLabel } from "./words";

type Replay = (query: Query, letters: number) => void;

/** Letters that went wrong in the same way: what to begin with. */
export function Groups({ loaded, replay }: { loaded: Loaded<{ items: LetterGroup[] }>; replay: Replay }) {
  const narrow = useMedia(NARROW);
  return (
    <ListTable
      loaded={loaded}
      things="what went wrong"
      columnDefinitions={narrow ? stacked(replay) : columns(replay)}
      header={<Header variant="h2" description="Messages that could not be dealt with, by what went wrong. They are kept until somebody decides.">Dead letters by cause</Header>}
      empty="None. Everything that came was dealt with."
    />
  );
}

function columns(replay: Replay): TableProps.ColumnDefinition<LetterGroup>[] {
  return [
    {
      id: "cause",
      header: "What went wrong",
      isRowHeader: true,
      minWidth: 220,
      cell: (it) => <Cause group={it} />,
    },
    { id: "letters", header: "Letters", minWidth: 90, cell: (it) => <b>{whole.format(it.letters)}</b> },
    { id: "oldest", header: "Oldest", minWidth: 110, cell: (it) => <Ago at={it.oldest_at} /> },
    { id: "queue", header: "Queue", minWidth: 130, cell: (it) => <>{queueLabel(it.source)}<Box color="text-body-secondary" fontSize="body-s">{kindLabel(it.kind)}</Box></> },
    { id: "replay", header: "Replay", minWidth: 130, cell: (it) => <Deed group={it} replay={replay} /> },
  ];
}

/** Where there is no room for columns, all of it in one. */
function stacked(replay: Replay): TableProps.ColumnDefinition<LetterGroup>[] {
  const cell = (it: LetterGroup) => (
    <div className="stacked">
      <Cause group={it} />
      <span><b>{count(it.letters, "letter")}</b> of {queueLabel(it.source)}, the oldest set aside <Ago at={it.oldest_at} /></span>
      <span><Deed group={it} replay={replay} /></span>
    </div>
  );
  return [{ id: "all", header: "What went wrong", isRowHeader: true, cell }];
}

function Cause({ group }: { group: LetterGroup }) {
  return <PageLink href={addressOf(queryOf(group))}>{sentence(group.cause)}</PageLink>;
}

function Deed({ group, replay }: { group: LetterGroup; replay: Replay }) {
  const open = group.letters - group.replaying;
  if (open === 0) return <StatusIndicator type="in-progress">On their way back</StatusIndicator>;
  const words = open === 1 ? "Replay it" : `Replay all ${whole.format(open)}`;
  return <Button variant="inline-link" ariaLabel={`${words}: ${group.cause}`} onClick={() => replay(queryOf(group), open)}>{words}</Button>;
}

function queryOf({ source, kind, cause }: LetterGroup): Query {
  return { ...EVERYTHING, queue: source, kind, cause };
}
