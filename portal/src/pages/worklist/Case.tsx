import Alert from "@cloudscape-design/components/alert";
import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";
import { useParams } from "react-router";
import { Refusal } from "../../api/problem";
import type { Escalation } from "../../api/types";
import { useIs } from "../../app/context";
import { useSession } from "../../session/session";
import { Ago } from "../../ui/Ago";
import { Failure } from "../../ui/Failure";
import { Notes } from "../../ui/Notes";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { Time } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { Waiting } from "../../ui/Waiting";
import { causes, count } from "../../ui/words";
import { accept, note, release } from "./deeds";
import { Ladder } from "./Ladder";
import { useEscalation } from "./use-worklist";
import { endings, heards, nameOf, risks, whatToDo } from "./words";

const AllClear = lazy(() => import("./AllClear"));

/** One person who was not reached: whom to ring, who knows of it, and that they are safe in the end. */
export default function Case() {
  const { id = "" } = useParams();
  // The title goes to the browser's history: no name there.
  usePage("Escalation");
  const { value: it, failure, loading, reload } = useEscalation(id);
  const [clearing, setClearing] = useState(false);
  const deed = useDeed();
  const run = (does: () => Promise<unknown>) => void deed.run(does).then(reload);
  const gone = failure instanceof Refusal && [400, 404].includes(failure.status);
  return (
    <ContentLayout
      header={
        <Header variant="h1" description={it && <Standing it={it} />} actions={it && !it.ended && <Actions it={it} busy={deed.busy} run={run} onClear={() => setClearing(true)} />}>
          {it ? nameOf(it) : "Escalation"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {deed.failure !== undefined && <Failure failure={deed.failure} />}
        {failure !== undefined && <Failure failure={failure} onRetry={gone ? undefined : reload} />}
        {it ? <Body it={it} reload={reload} /> : loading && <Waiting />}
      </SpaceBetween>
      <Suspense>{clearing && it && <AllClear it={it} reload={reload} onDone={() => setClearing(false)} />}</Suspense>
    </ContentLayout>
  );
}

function Actions({ it, busy, run, onClear }: { it: Escalation; busy: boolean; run: (does: () => Promise<unknown>) => void; onClear: () => void }) {
  const me = useSession()?.name;
  const isOperator = useIs("Operators");
  const mine = it.accepted?.by === me;
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {it.accepted && (mine || isOperator) && <Button loading={busy} loadingText="Being given back" onClick={() => run(() => release(it.id))}>Give back</Button>}
      {!it.accepted && <Button variant="primary" loading={busy} loadingText="Accepting" onClick={() => run(() => accept(it.id))}>Accept</Button>}
      <Button variant={it.accepted ? "primary" : "normal"} onClick={onClear}>All-clear</Button>
    </SpaceBetween>
  );
}

/** Who sees to it now. */
function Standing({ it }: { it: Escalation }) {
  const me = useSession()?.name;
  const risk = it.person?.risk && risks[it.person.risk];
  const by = it.accepted && (it.accepted.by === me ? "You see" : `${it.accepted.by} sees`);
  return (
    <SpaceBetween direction="horizontal" size="xs">
      {risk && <Badge color={risk.color}>{risk.label}</Badge>}
      {it.ended ? <>{endings[it.ended.how]}{it.ended.by && `, by ${it.ended.by}`}, <Time at={it.ended.at} /></>
        : it.accepted ? <>{by} to it until the all-clear, by <Time at={it.accepted.all_clear_by} />; then the next are told.</>
        : <>Nobody sees to it yet.</>}
    </SpaceBetween>
  );
}

function Body({ it, reload }: { it: Escalation; reload: () => void }) {
  const last = it.told.at(-1);
  return (
    <SpaceBetween size="l">
      {!it.ended && last && <Alert type={it.accepted ? "info" : "warning"} header="What to do">{whatToDo(it, last)}</Alert>}
      <ColumnLayout columns={2} minColumnWidth={300}>
        <Facts it={it} />
        <Ladder it={it} />
      </ColumnLayout>
      <Notes notes={it.notes} hint="What you tried, and what came of it." add={(text) => note(it.id, text).then(reload)} />
    </SpaceBetween>
  );
}

function Facts({ it }: { it: Escalation }) {
  const { person } = it;
  return (
    <Container header={<Header variant="h2" actions={person && <PageLink href={`/residents/${it.resident_id}`}>Whole record</PageLink>}>Who, and why</Header>}>
      <KeyValuePairs
        columns={2}
        minColumnWidth={150}
        items={[
          { label: "Why", value: causes[it.cause] },
          { label: it.round > 1 ? "Not reached again since" : "Not reached since", value: <Ago at={it.raised_at} /> },
          ...(person ? [
            { label: "Number", value: person.number },
            { label: "Last heard of", value: <><Time at={person.heard_at} none="Never" />{person.heard && `, ${heards[person.heard]}`}</> },
            { label: "Called in the last 24 hours", value: count(person.attempts, "time") },
            ...(person.notes ? [{ label: "Notes from the list", value: person.notes }] : []),
            { label: "Keyholders", value: <Keyholders person={person} /> },
          ] : []),
        ]}
      />
    </Container>
  );
}

function Keyholders({ person }: { person: NonNullable<Escalation["person"]> }) {
  if (person.keyholders.length === 0) return <>Nobody is known</>;
  return (
    <ol className="keyholders">
      {person.keyholders.map(({ name, number }, at) => <li key={at}>{name || "No name"}: {number}</li>)}
    </ol>
  );
}
