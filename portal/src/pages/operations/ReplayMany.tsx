import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import { useState } from "react";
import type { Replay } from "../../api/types";
import { useServiceTime } from "../../desk/service-time";
import { duration } from "../../ui/dates";
import { Dialog } from "../../ui/Dialog";
import { count, whole } from "../../ui/words";
import { replayMany } from "./deeds";
import { asSelection, isNarrow, type Query } from "./query";
import { kindLabel, queueLabel } from "./words";

/** Which letters: those that were chosen, or those that a search finds. Their number where it is known. */
export type Meant = { ids: string[]; letters: number } | { query: Query; letters: number | undefined };

const USUAL = 300;
const FASTEST = 6000;
/** More cannot be named at once. */
const MOST_NAMED = 500;

/** Sends many letters back, at a rate that somebody chooses. */
export function ReplayMany({ meant, onClose, onStarted }: { meant: Meant; onClose: () => void; onStarted: (replay: Replay) => void }) {
  const [rate, setRate] = useState(String(USUAL));
  const time = useServiceTime();
  const perMinute = Number(rate);
  const isRate = Number.isInteger(perMinute) && perMinute >= 1 && perMinute <= FASTEST;
  const { letters } = meant;
  const perform = async () => {
    const now = new Date(time?.at(performance.now()) ?? Date.now());
    const which = "ids" in meant ? { ids: meant.ids.slice(0, MOST_NAMED) } : { matching: asSelection(meant.query, now) };
    onStarted(await replayMany({ per_minute: perMinute, ...which }));
  };
  return (
    <Dialog title={letters === undefined ? "Replay all that match?" : `Replay ${count(letters, "letter")}?`} action="Replay" perform={perform} onClose={onClose} ready={isRate}>
      {(refusal) => (
        <>
          {"query" in meant && <Which query={meant.query} />}
          <p>Each goes back to its queue, and its handler decides anew: nobody is called outside their hours, or twice for one request. What cannot be dealt with is set aside again.</p>
          <FormField
            label="Letters a minute"
            description={`1 to ${whole.format(FASTEST)}. Begin slowly where you are not sure: a replay can be stopped at any time.`}
            constraintText={isRate && letters !== undefined && (letters <= perMinute ? "All will be sent within a minute." : `Takes about ${duration((letters / perMinute) * 60)}.`)}
            errorText={refusal?.about("per_minute") ?? (!isRate && `Enter a whole number from 1 to ${whole.format(FASTEST)}.`)}
          >
            <Input type="number" inputMode="numeric" value={rate} onChange={({ detail }) => setRate(detail.value)} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}

/** What is meant, in words: whoever has come from a group has not set a filter themselves. */
export function Which({ query }: { query: Query }) {
  if (!isNarrow({ ...query, state: "waiting" })) return <p>All letters that are set aside.</p>;
  const { queue, kind, cause, resident, when } = query;
  return (
    <ul className="plain">
      {queue && <li>Queue: <b>{queueLabel(queue)}</b></li>}
      {kind && <li>Kind: <b>{kindLabel(kind)}</b></li>}
      {cause && <li>What went wrong: <b>{cause}</b></li>}
      {resident && <li>About resident <b>{resident.slice(0, 8)}</b></li>}
      {when && <li>Set aside <b>{"last" in when ? `in the last ${duration(when.last)}` : "in the time that was chosen"}</b></li>}
    </ul>
  );
}
