import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import Header from "@cloudscape-design/components/header";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { useRef, useState } from "react";
import type { Replay } from "../../api/types";
import { Failure } from "../../ui/Failure";
import { Time } from "../../ui/Time";
import { count, whole } from "../../ui/words";
import { stopReplay } from "./deeds";

/** So many of the past are told. */
const PAST = 10;

/** Replays and discards of many letters: how far they are, with a button to stop them; and what came of earlier ones. */
export function Replays({ replays, started, onChange }: { replays: readonly Replay[]; started: readonly string[]; onChange: () => void }) {
  // Those that end while somebody looks stay where they are, with what came of them.
  const watched = useRef(new Set<string>());
  for (const { id, state } of replays) if (state === "running") watched.current.add(id);
  // Also those that somebody has started here, and that were over before they were seen running.
  const isHere = ({ id }: Replay) => watched.current.has(id) || started.includes(id);
  const here = replays.filter(isHere);
  const past = replays.filter((replay) => !isHere(replay)).slice(0, PAST);
  if (replays.length === 0) return null;
  if (here.length === 0) return <Past replays={past} framed />;
  return (
    <Container header={<Header variant="h2" description="They go on by themselves, also when you leave this page.">{title(here)}</Header>}>
      <SpaceBetween size="l">
        {here.map((replay) => <Running key={replay.id} replay={replay} onChange={onChange} />)}
        {past.length > 0 && <Past replays={past} />}
      </SpaceBetween>
    </Container>
  );
}

function Running({ replay, onChange }: { replay: Replay; onChange: () => void }) {
  const { id, deed, by, started_at, per_minute, state, total, sent, skipped } = replay;
  const [stopping, setStopping] = useState(false);
  const [failure, setFailure] = useState<unknown>();
  const stop = async () => {
    setStopping(true);
    setFailure(undefined);
    try {
      await stopReplay(id);
    } catch (refused) {
      setFailure(refused);
    }
    setStopping(false);
    onChange();
  };
  const isRunning = state === "running";
  return (
    <SpaceBetween size="s">
      <div className="replay">
        <ProgressBar
          label={deed === "replay" ? `${count(total, "letter")}, ${whole.format(per_minute)} a minute` : `Discard of ${count(total, "letter")}`}
          description={<>Started by {by}, <Time at={started_at} /></>}
          value={total === 0 ? 100 : Math.round(((sent + skipped) / total) * 100)}
          status={isRunning ? "in-progress" : state === "finished" ? "success" : "error"}
          {...(isRunning ? { additionalInfo: account(replay) } : { resultText: account(replay) })}
        />
        {isRunning && <Button iconName="close" loading={stopping} loadingText="Stopping" ariaLabel={`Stop the ${deed} of ${count(total, "letter")}`} onClick={() => void stop()}>Stop</Button>}
      </div>
      {failure !== undefined && <Failure failure={failure} />}
    </SpaceBetween>
  );
}

function title(jobs: readonly Replay[]): string {
  return jobs.some(({ deed }) => deed === "discard") ? "Replays and discards" : "Replays";
}

function account({ deed, state, total, sent, skipped, stopped_by: by }: Replay): string {
  const rest = Math.max(0, total - sent - skipped);
  const ended = state === "finished" ? "Finished. " : state === "stopped" ? `Stopped${by ? ` by ${by}` : ""}. ` : "";
  const parts = [
    `${whole.format(sent)} of ${whole.format(total)} ${deed === "replay" ? "sent" : "discarded"}`,
    ...(skipped > 0 ? [`${whole.format(skipped)} no longer set aside when it was their turn`] : []),
    ...(state === "stopped" && rest > 0 ? [`${whole.format(rest)} left set aside`] : []),
  ];
  return `${ended}${parts.join(", ")}.`;
}

function Past({ replays, framed = false }: { replays: readonly Replay[]; framed?: boolean }) {
  return (
    <ExpandableSection variant={framed ? "container" : "default"} headerText={`Earlier ${title(replays).toLowerCase()}`}>
      <ul className="timeline">
        {replays.map((replay) => (
          <li key={replay.id}>
            <StatusIndicator type={replay.state === "finished" ? "success" : "stopped"}>{account(replay)}</StatusIndicator>
            <Box color="text-body-secondary" fontSize="body-s">{replay.by}, <Time at={replay.started_at} />{replay.deed === "replay" ? `, ${whole.format(replay.per_minute)} a minute` : `: ${replay.reason ?? ""}`}</Box>
          </li>
        ))}
      </ul>
    </ExpandableSection>
  );
}
