import Box from "@cloudscape-design/components/box";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { answer, api } from "../../api/client";
import type { History as Past } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { AsTable } from "../../ui/AsTable";
import { Columns } from "../../ui/Columns";
import { clock, shortDay, zoneName } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import type { Series } from "../../ui/Legend";
import { useRenewal } from "../../ui/renewal";
import { useZone } from "../../ui/Time";
import { Waiting } from "../../ui/Waiting";
import { whole } from "../../ui/words";
import { Waits } from "./Waits";

/** What has been, in pictures: today by the hour, and two weeks by the day; and who waits. `hour` renews it as time
 *  passes, `waiting` whenever that may have changed. */
export function History({ hour, waiting, timezone }: { hour: string; waiting: string; timezone: string }) {
  const past = useLoad("history", (signal) => answer(api.GET("/api/overview/history", { params: { query: { days: 14 } }, signal })));
  useRenewal(hour, past.reload);
  if (!past.value) return past.loading ? <Waiting /> : <Failure failure={past.failure} onRetry={past.reload} />;
  const { calls_per_hour, outcomes_by_day } = past.value;
  return (
    <SpaceBetween size="l">
      <ColumnLayout columns={2} minColumnWidth={300}>
        <Container header={<Header variant="h2">Calls today, by the hour</Header>} fitHeight>
          <Hours hours={calls_per_hour} />
        </Container>
        <Container header={<Header variant="h2">Waiting for a call back, by how long</Header>} fitHeight>
          <Waits mark={waiting} />
        </Container>
      </ColumnLayout>
      <Container header={<Header variant="h2" description={`Counted in ${zoneName(timezone)}`}>How calls ended, by the day</Header>}>
        <Days days={outcomes_by_day} />
      </Container>
    </SpaceBetween>
  );
}

function Hours({ hours: all }: { hours: Past["calls_per_hour"] }) {
  const zone = useZone();
  // The night is no part of the picture.
  const busy = all.flatMap(({ started }, at) => (started > 0 ? [at] : []));
  const hours = all.slice(Math.max((busy[0] ?? 0) - 1, 0), (busy[busy.length - 1] ?? 0) + 2);
  if (busy.length === 0) return <Nothing>No call was made today yet.</Nothing>;
  const series: Series[] = [{ label: "Calls made", tone: "started" }, { label: "Reached", tone: "well" }];
  const title = `Calls today by the hour, ${zoneName(zone)}`;
  return (
    <>
      <Columns inFront title={title} series={series} columns={hours.map(({ hour, started, reached }) => ({ label: clock(hour, zone), values: [started, reached] }))} />
      <AsTable title={title} columns={["Hour from", ...series.map(({ label }) => label)]} rows={hours.map(({ hour, started, reached }) => [clock(hour, zone), whole.format(started), whole.format(reached)])} />
    </>
  );
}

const OUTCOMES = [
  { key: "well", label: "Well", tone: "well" },
  { key: "talk", label: "Wants to talk", tone: "callback_open" },
  { key: "opted_out", label: "Wants no more calls", tone: "spoken_to" },
  { key: "unconfirmed", label: "No key pressed", tone: "unconfirmed" },
  { key: "no_answer", label: "No answer", tone: "no_answer" },
  { key: "busy", label: "Busy", tone: "busy" },
  { key: "bad_number", label: "Number does not exist", tone: "bad_number" },
  { key: "network", label: "Not connected", tone: "network" },
] as const;

function Days({ days }: { days: Past["outcomes_by_day"] }) {
  const values = (day: Past["outcomes_by_day"][number]) => OUTCOMES.map(({ key }) => day[key]);
  if (days.every((day) => values(day).every((value) => value === 0))) return <Nothing>No call has ended in these days.</Nothing>;
  const title = "How calls ended, by the day";
  const labels = days.map(({ date }) => shortDay(date));
  return (
    <>
      <Columns title={title} series={[...OUTCOMES]} columns={days.map((day, at) => ({ label: (labels[at] ?? "").replace(/ \w+$/, ""), values: values(day) }))} />
      <AsTable title={title} columns={["Day", ...OUTCOMES.map(({ label }) => label)]} rows={days.map((day, at) => [labels[at], ...values(day).map((value) => whole.format(value))])} />
    </>
  );
}

function Nothing({ children }: { children: string }) {
  return <Box color="text-body-secondary" padding={{ vertical: "m" }}>{children}</Box>;
}
