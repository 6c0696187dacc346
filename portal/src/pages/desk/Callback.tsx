import Badge from "@cloudscape-design/components/badge";
import Button from "@cloudscape-design/components/button";
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import Link from "@cloudscape-design/components/link";
import type { Callback as Waiting } from "../../api/types";
import { useIs } from "../../app/context";
import { useServiceTime } from "../../desk/service-time";
import { useSession } from "../../session/session";
import { clock, dateTime, dayIn, duration } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import { useZone } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { agentDispositions, count } from "../../ui/words";
import { giveBack, raise, take } from "./deeds";

interface Props {
  callback: Waiting;
  opened: boolean;
  /** Is offered or spoken to at this phone. */
  atPhone: boolean;
  open: (id: string | undefined) => void;
  onCancel: (callback: Waiting) => void;
  onChanged: () => void;
}

/** Somebody who waits. */
export function Callback({ callback: it, opened, atPhone, open, onCancel, onChanged }: Props) {
  const me = useSession()?.name;
  const mayGiveBack = useIs("Operators") || it.taken?.by === me;
  const deed = useDeed();
  const { busy, failure } = deed;
  const run = (does: () => globalThis.Promise<unknown>) => deed.run(does).then(onChanged);
  const name = `${it.first_name} ${it.last_name}`;
  const choose = (id: string) => {
    switch (id) {
      case "give-back":
        return run(() => giveBack(it));
      case "raise":
        return run(() => raise(it, !it.raised));
      case "cancel":
        return onCancel(it);
    }
  };
  return (
    <li className={opened ? "callback callback-open" : "callback"}>
      <div className="callback-head">
        <span className="callback-name">
          <Link
            href={`/desk?callback=${it.id}`}
            onFollow={(event) => {
              event.preventDefault();
              open(it.id);
            }}
            {...(opened && { ariaLabel: `${name}, shown in the record` })}
          >
            {name}
          </Link>
          {it.overdue && <Badge color="red">Overdue</Badge>}
          {it.raised && <Badge color="blue">To the front</Badge>}
        </span>
        {!atPhone && <span className="callback-keys">
          {!it.taken && (
            <Button
              // Whom the phone offers need not be taken by hand.
              variant={it.queued ? "link" : "normal"}
              loading={busy}
              ariaLabel={`Take ${name}`}
              onClick={() => run(async () => {
                await take(it);
                open(it.id);
              })}
            >
              Take
            </Button>
          )}
          <ButtonDropdown
            variant="icon"
            ariaLabel={`More about ${name}`}
            expandToViewport
            items={[
              ...(it.taken && mayGiveBack ? [{ id: "give-back", text: "Give back" }] : []),
              { id: "raise", text: it.raised ? "Back into its place" : "To the front" },
              { id: "cancel", text: "Cancel" },
            ]}
            onItemClick={({ detail }) => void choose(detail.id)}
          />
        </span>}
      </div>
      <Promise callback={it} />
      <Tries callback={it} me={me} atPhone={atPhone} />
      {failure !== undefined && <Failure failure={failure} />}
    </li>
  );
}

/** Since when, and until when. */
function Promise({ callback: it }: { callback: Waiting }) {
  const zone = useZone();
  const time = useServiceTime();
  const now = time?.at(performance.now());
  const moment = (at: string) => (now !== undefined && dayIn(new Date(at), zone) === dayIn(new Date(now), zone) ? clock(at, zone) : dateTime(at, zone));
  const age = now === undefined ? undefined : (now - Date.parse(it.requested_at)) / 1000;
  return (
    <p>
      {age !== undefined && <>Waits {duration(age)}, </>}
      promised by <time dateTime={it.deadline} className={it.overdue ? "warn" : ""}>{moment(it.deadline)}</time>
    </p>
  );
}

/** What was tried, and who is at it. */
function Tries({ callback: it, me, atPhone }: { callback: Waiting; me: string | undefined; atPhone: boolean }) {
  const tried = it.tries.filter(({ result }) => result !== "waiting").length;
  const said = it.last_result && agentDispositions[it.last_result.disposition].label;
  return (
    <p className="soft">
      {place(it, me, atPhone)}
      {tried > 0 && <>, {count(tried, "try", "tries")}</>}
      {said && <>, last: {said.toLowerCase()}</>}
    </p>
  );
}

function place(it: Waiting, me: string | undefined, atPhone: boolean) {
  if (atPhone) return <b>At your phone</b>;
  if (it.taken) return <b>{it.taken.by === me ? "Taken by you" : `Taken by ${it.taken.by}`}</b>;
  return it.queued ? "In the phone's queue" : <b>Nobody is offered it: take it</b>;
}
