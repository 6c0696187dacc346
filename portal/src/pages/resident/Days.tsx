import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { answer, api } from "../../api/client";
import type { Day } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { AsTable } from "../../ui/AsTable";
import { longDay, shortDay } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import { Legend } from "../../ui/Legend";
import { Waiting } from "../../ui/Waiting";
import { dayResults } from "../../ui/words";

const RESULTS = ["well", "spoken_to", "wants_to_talk", "escalated", "paused"] as const;
/** A sign in each square, so that nobody needs to tell the colours apart. */
const SIGNS: Record<Day["result"], string> = { well: "✓", spoken_to: "S", wants_to_talk: "T", escalated: "!", paused: "–", none: "" };

/** A month in squares, seven in a row. */
export function Days({ id, version }: { id: string; version: number }) {
  const days = useLoad(`${id} ${version}`, (signal) => answer(api.GET("/api/residents/{id}/days", { params: { path: { id }, query: { days: 30 } }, signal })));
  return (
    <Container fitHeight header={<Header variant="h2">The last 30 days</Header>}>
      {days.value ? <Squares days={days.value} /> : days.loading ? <Waiting /> : <Failure failure={days.failure} onRetry={days.reload} />}
    </Container>
  );
}

function Squares({ days }: { days: Day[] }) {
  const inOrder = [...days].sort((one, other) => one.date.localeCompare(other.date));
  const first = inOrder[0];
  const last = inOrder[inOrder.length - 1];
  const times = RESULTS.map((result) => `${dayResults[result].label}: ${days.filter((day) => day.result === result).length}`);
  return (
    <>
      <div className="days" role="img" aria-label={`The last ${days.length} days. ${times.join(", ")}`}>
        {inOrder.map(({ date, result }) => (
          <span key={date} className={`day tone-${result}`} title={`${longDay(date)}: ${dayResults[result].label}`}>{SIGNS[result]}</span>
        ))}
      </div>
      {first && last && <p className="range">{shortDay(first.date)} to {shortDay(last.date)}</p>}
      <Legend series={RESULTS.map((result) => ({ label: `${SIGNS[result]} ${dayResults[result].label}`, tone: result }))} />
      <AsTable title="The last 30 days" columns={["Day", "Result"]} rows={[...inOrder].reverse().map(({ date, result }) => [longDay(date), dayResults[result].label])} />
    </>
  );
}
