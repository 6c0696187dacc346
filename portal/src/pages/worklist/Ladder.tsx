import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import StatusIndicator, { type StatusIndicatorProps } from "@cloudscape-design/components/status-indicator";
import type { ReactNode } from "react";
import type { Escalation } from "../../api/types";
import { Time } from "../../ui/Time";
import { endings, whom } from "./words";

interface Happening {
  at: string;
  look: StatusIndicatorProps.Type;
  what: ReactNode;
  more?: ReactNode;
}

/** Who was told, who accepted, and who comes next, as it happened. */
export function Ladder({ it }: { it: Escalation }) {
  const past = happenings(it).sort((one, other) => one.at.localeCompare(other.at));
  return (
    <Container header={<Header variant="h2">Who knows of it</Header>}>
      <ol className="timeline">
        {past.map(({ at, look, what, more }, index) => (
          <li key={index}>
            <StatusIndicator type={look}>{what}</StatusIndicator>
            {more && <p>{more}</p>}
            <Box color="text-body-secondary" fontSize="body-s"><Time at={at} /></Box>
          </li>
        ))}
        {it.next && !it.accepted && !it.ended && (
          <li>
            <StatusIndicator type="pending">{whom(it.next, it.person)} is told next</StatusIndicator>
            <Box color="text-body-secondary" fontSize="body-s"><Time at={it.next.at} />, unless somebody accepts</Box>
          </li>
        )}
      </ol>
    </Container>
  );
}

function happenings(it: Escalation): Happening[] {
  return [
    { at: it.raised_at, look: "warning", what: it.round > 1 ? "Raised again" : "Raised" },
    ...it.told.map((told): Happening => ({ at: told.told_at, look: "info", what: `${whom(told, it.person)} was told`, more: <>To be accepted by <Time at={told.accept_by} /></> })),
    ...it.former.flatMap(({ by, accepted_at, until, lapsed }): Happening[] => [
      { at: accepted_at, look: "in-progress", what: `Accepted by ${by}` },
      { at: until, look: "warning", what: lapsed ? `No all-clear from ${by} in time` : `Given back by ${by}` },
    ]),
    ...(it.accepted ? [{ at: it.accepted.at, look: "in-progress" as const, what: `Accepted by ${it.accepted.by}` }] : []),
    ...(it.ended ? [{ at: it.ended.at, look: "success" as const, what: `${endings[it.ended.how]}${it.ended.by ? `, by ${it.ended.by}` : ""}` }] : []),
  ];
}
