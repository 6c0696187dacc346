import Box from "@cloudscape-design/components/box";
import { answer, api } from "../../api/client";
import type { WaitingSpan } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { AsTable } from "../../ui/AsTable";
import { Columns } from "../../ui/Columns";
import { dateTime } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import type { Series } from "../../ui/Legend";
import { useRenewal } from "../../ui/renewal";
import { useZone } from "../../ui/Time";
import { Waiting } from "../../ui/Waiting";
import { whole } from "../../ui/words";

const SERIES: Series[] = [{ label: "Within the promise", tone: "callback_open" }, { label: "Overdue", tone: "escalated" }];
const TITLE = "How long people have been waiting for a call back";

/** Who waits for a call back, by how long. `mark` renews it. */
export function Waits({ mark }: { mark: string }) {
  const zone = useZone();
  const { value, failure, loading, reload } = useLoad("waits", (signal) => answer(api.GET("/api/overview/waiting", { signal })));
  useRenewal(mark, reload);
  if (!value) return loading ? <Waiting /> : <Failure failure={failure} onRetry={reload} />;
  if (!value.longest_since) return <Box color="text-body-secondary" padding={{ vertical: "m" }}>Nobody waits for a call back.</Box>;
  return (
    <>
      <Columns title={TITLE} series={SERIES} columns={value.spans.map((span) => ({ label: label(span), values: [span.in_time, span.overdue] }))} />
      <AsTable
        title={TITLE}
        columns={["Waiting for", ...SERIES.map(({ label }) => label)]}
        rows={value.spans.map((span) => [long(span), whole.format(span.in_time), whole.format(span.overdue)])}
      />
      <Box color="text-body-secondary" fontSize="body-s">Longest since {dateTime(value.longest_since, zone)}{value.more && "; of very many, not all are counted"}</Box>
    </>
  );
}

/** Below a column there is little room. */
function label({ from_minutes: from, until_minutes: until }: WaitingSpan): string {
  if (until == null) return `${from / 60} h +`;
  return until <= 60 ? `${from}–${until} min` : `${from / 60}–${until / 60} h`;
}

function long({ from_minutes: from, until_minutes: until }: WaitingSpan): string {
  if (until == null) return `${from / 60} hours or longer`;
  return until <= 60 ? `${from} to ${until} minutes` : `${from / 60} to ${until / 60} hours`;
}
