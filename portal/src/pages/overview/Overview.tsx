import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Liveness } from "../../api/live";
import type { Overview as Now } from "../../api/types";
import { DialingBanner, StopDialing, useTurned } from "../../dialing/Dialing";
import { clock, longDay, zoneName } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import { usePage } from "../../ui/page";
import { PageLink } from "../../ui/PageLink";
import { useZone } from "../../ui/Time";
import { Waiting } from "../../ui/Waiting";
import { count, whole } from "../../ui/words";
import { History } from "./History";
import { LedgerBar } from "./LedgerBar";
import { useOverview } from "./use-overview";

/** From then on it is said how old the account is. */
const OLD_MS = 10_000;

/** The day at a glance. */
export default function Overview() {
  usePage("Overview");
  const { value, failure, loading, reload, liveness } = useOverview();
  const [dialing, onTurned] = useTurned(value?.dialing);
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={value && `${longDay(value.date)}, as the day is counted in ${zoneName(value.timezone, new Date(value.at))}`}
          actions={
            value && (
              <SpaceBetween direction="horizontal" size="m" alignItems="center">
                <span className="whole-words"><Freshness liveness={liveness} at={value.at} /></span>
                {dialing && <StopDialing dialing={dialing} reload={reload} onTurned={onTurned} />}
              </SpaceBetween>
            )
          }
        >
          Overview
        </Header>
      }
    >
      <SpaceBetween size="l">
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {dialing && <DialingBanner dialing={dialing} reload={reload} onTurned={onTurned} />}
        {value ? <Day now={value} /> : loading && <Waiting />}
        {value && <History hour={value.at.slice(0, 15)} waiting={`${value.at.slice(0, 16)} ${value.callbacks_open}`} timezone={value.timezone} />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Freshness({ liveness, at }: { liveness: Liveness; at: string }) {
  const zone = useZone();
  const time = `${clock(at, zone)}, ${zoneName(zone, new Date(at))}`;
  if (liveness === "live") return <StatusIndicator type="success">Live, last change {time}</StatusIndicator>;
  if (liveness === "polling") return <StatusIndicator type="info">Every few seconds, {time}</StatusIndicator>;
  return <StatusIndicator type="pending">Connecting, as of {time}</StatusIndicator>;
}

function Day({ now }: { now: Now }) {
  const { ledger } = now;
  const open = ledger.trying + ledger.escalated + ledger.callback_open;
  // Whoever is not due was not asked how they are: their check may still come today.
  const settled = ledger.total - open - ledger.not_due;
  return (
    <SpaceBetween size="l">
      {!ledger.balanced && (
        <Alert type="error" header="The account of the day does not add up">
          The states of all residents together should give {whole.format(ledger.total)}. Whoever runs this service needs to look at this.
        </Alert>
      )}
      <Container
        header={
          <Header
            variant="h2"
            actions={<Counted at={ledger.at} now={now.at} />}
            description={ledger.total === 0 ? "Nobody is on the register yet." : `${waiting(open)}${ledger.not_due > 0 ? `; ${whole.format(ledger.not_due)} not due yet` : ""}.`}
          >
            {whole.format(settled)} of {count(ledger.total, "resident")} settled today
          </Header>
        }
      >
        <LedgerBar ledger={ledger} />
      </Container>
      <Container header={<Header variant="h2">Right now</Header>}>
        <ColumnLayout columns={4} minColumnWidth={170} variant="text-grid">
          <Figure label="Calls in progress" value={whole.format(now.pace.in_flight)} note={`of ${whole.format(now.pace.concurrent_limit)} at the same time`} part={now.pace.in_flight / now.pace.concurrent_limit} />
          <Figure label="Pace allowed" value={`${now.pace.rate_per_second} a second`} note={`at most ${count(now.pace.burst, "call")} at once`} />
          {now.agents ? (
            <Figure label="Agents free" value={whole.format(now.agents.available)} note={`of ${whole.format(now.agents.staffed)} on duty`} part={now.agents.staffed ? now.agents.available / now.agents.staffed : 0} />
          ) : (
            <Figure label="Agents free" value="–" note="not known just now" />
          )}
          <Figure label="Waiting for a call back" value={whole.format(now.callbacks_open)} note={<PageLink href="/residents?state=callback_open">Who is waiting</PageLink>} />
        </ColumnLayout>
      </Container>
      {now.queues && <Letters queues={now.queues} />}
    </SpaceBetween>
  );
}

function waiting(open: number): string {
  return open === 0 ? "Nobody is waiting for anything" : `${count(open, "resident")} still being tried, waiting for a call back, or not reached`;
}

/** Where everybody is counted now and then only. */
function Counted({ at, now }: { at: string; now: string }) {
  const zone = useZone();
  if (Date.parse(now) - Date.parse(at) < OLD_MS) return null;
  return <Box color="text-body-secondary">Counted at {clock(at, zone)}, {zoneName(zone, new Date(at))}</Box>;
}

/** Only operators are told about queues, and only they can do something about them. */
function Letters({ queues }: { queues: NonNullable<Now["queues"]> }) {
  const parked = queues.reduce((sum, queue) => sum + queue.dead_letters, 0);
  if (parked === 0) return null;
  return (
    <Alert type="warning" header={`${count(parked, "message")} could not be dealt with`}>
      They are kept, with the reason. <PageLink href="/operations">Look at them in Operations</PageLink>
    </Alert>
  );
}

function Figure({ label, value, note, part }: { label: string; value: string; note: ReactNode; part?: number }) {
  return (
    <div>
      <Box variant="awsui-key-label">{label}</Box>
      <div className="big">{value}</div>
      {part !== undefined && (
        <div className="meter" aria-hidden="true"><div style={{ width: `${Math.min(part, 1) * 100}%` }} /></div>
      )}
      <Box color="text-body-secondary" fontSize="body-s">{note}</Box>
    </div>
  );
}
