import Badge from "@cloudscape-design/components/badge";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import type { TableProps } from "@cloudscape-design/components/table";
import { useNavigate } from "react-router";
import type { Escalation } from "../../api/types";
import { useSession } from "../../session/session";
import { Ago } from "../../ui/Ago";
import { Failure } from "../../ui/Failure";
import { ListTable } from "../../ui/ListTable";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { Time } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { causes, count, whole } from "../../ui/words";
import { accept } from "./deeds";
import { useWorklist } from "./use-worklist";
import { heards, nameOf, risks, whom } from "./words";

const address = ({ id }: Escalation) => `/worklist/${id}`;

const columns = (onAccept: (it: Escalation) => void, busy: boolean): TableProps.ColumnDefinition<Escalation>[] => [
  { id: "who", header: "Who", isRowHeader: true, minWidth: 170, cell: (it) => <Who it={it} /> },
  { id: "why", header: "Why", minWidth: 170, cell: (it) => causes[it.cause] },
  { id: "since", header: "Since", minWidth: 110, cell: (it) => <Ago at={it.raised_at} /> },
  { id: "heard", header: "Last heard of", minWidth: 150, cell: (it) => <Heard it={it} /> },
  { id: "calls", header: "Calls in 24 h", minWidth: 80, cell: (it) => (it.person ? whole.format(it.person.attempts) : "–") },
  { id: "ladder", header: "Who knows of it", minWidth: 180, cell: (it) => <Told it={it} /> },
  { id: "sees", header: "Who sees to it", minWidth: 140, cell: (it) => <Sees it={it} busy={busy} onAccept={onAccept} /> },
];

/** Everybody who was not reached, for those who see that they are safe. */
export default function Worklist() {
  usePage("Worklist");
  const { value, ...loaded } = useWorklist();
  const navigate = useNavigate();
  const { busy, failure, run } = useDeed();
  const take = (it: Escalation) => void run(() => accept(it.id)).then((done) => (done ? navigate(address(it)) : loaded.reload()));
  const items = value?.escalations ?? [];
  const open = items.filter((it) => !it.accepted).length;
  return (
    <ContentLayout header={<Header variant="h1" description="Everybody who could not be reached, until somebody makes sure that they are safe.">Worklist</Header>}>
      <SpaceBetween size="m">
        {failure !== undefined && <Failure failure={failure} />}
        <ListTable
          loaded={{ ...loaded, value: value && { items } }}
          things="the worklist"
          trackBy="id"
          columnDefinitions={columns(take, busy)}
          header={
            <Header variant="h2" {...(value && { counter: `(${whole.format(value.open)})` })} {...(value && { description: open === 0 ? "Somebody sees to each of them." : `Nobody sees to ${count(open, "person", "people")} yet.` })}>
              Not reached
            </Header>
          }
          empty={<><b>Nobody is waiting.</b><Box color="text-body-secondary">Everybody who was due has been heard of, or is still being called.</Box></>}
        />
        {value && value.open > items.length && <Box color="text-body-secondary">These are the {count(items.length, "person", "people")} who come first, of {whole.format(value.open)}.</Box>}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Who({ it }: { it: Escalation }) {
  const risk = it.person?.risk && risks[it.person.risk];
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <PageLink href={address(it)}>{nameOf(it)}</PageLink>
      {risk && <Badge color={risk.color}>{risk.label}</Badge>}
    </SpaceBetween>
  );
}

function Heard({ it: { person } }: { it: Escalation }) {
  if (!person?.heard_at) return <>Never</>;
  return <><Ago at={person.heard_at} />{person.heard && <Box color="text-body-secondary" fontSize="body-s">{heards[person.heard]}</Box>}</>;
}

function Told({ it }: { it: Escalation }) {
  const last = it.told.at(-1);
  return (
    <>
      {last ? whom(last, it.person) : "Nobody yet"}
      {!it.accepted && it.next && <Box color="text-body-secondary" fontSize="body-s">next: {whom(it.next, it.person)}, <Time at={it.next.at} /></Box>}
      {!it.accepted && !it.next && last && <Box color="text-status-error" fontSize="body-s">everybody was told</Box>}
    </>
  );
}

function Sees({ it, busy, onAccept }: { it: Escalation; busy: boolean; onAccept: (it: Escalation) => void }) {
  const me = useSession()?.name;
  if (it.accepted) return <>{it.accepted.by === me ? <b>You</b> : it.accepted.by}<Box color="text-body-secondary" fontSize="body-s">until <Time at={it.accepted.all_clear_by} /></Box></>;
  return <Button disabled={busy} ariaLabel={`Accept ${nameOf(it)}`} onClick={() => onAccept(it)}>Accept</Button>;
}
