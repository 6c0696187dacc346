import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { LetterEvent } from "../../../api/types";
import { Time } from "../../../ui/Time";
import { sentence } from "../../../ui/words";
import { told, tries } from "../words";

const LOOKS: Record<string, StatusIndicatorProps.Type> = { parked: "warning", edited: "info", replayed: "in-progress", sent: "in-progress", applied: "success", discarded: "stopped" };

/** What became of a letter, the oldest first. */
export function History({ events }: { events: readonly LetterEvent[] }) {
  return (
    <Container header={<Header variant="h2" counter={`(${events.length})`}>History</Header>}>
      <ol className="timeline">
        {events.map((event, at) => (
          <li key={at}>
            <StatusIndicator type={LOOKS[event.what] ?? "info"}>
              {told(event)}
              {event.by && ` by ${event.by}`}
              {event.receives != null && ` ${tries(event.receives)}`}
              {event.job_id && ", with others"}
            </StatusIndicator>
            {event.reason && <p>{sentence(event.reason)}</p>}
            <Box color="text-body-secondary" fontSize="body-s"><Time at={event.at} /></Box>
          </li>
        ))}
      </ol>
    </Container>
  );
}
