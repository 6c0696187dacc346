import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import type { Call, Callback, Detail } from "../../api/types";
import { useSession } from "../../session/session";
import { zoneName } from "../../ui/dates";
import { Failure } from "../../ui/Failure";
import { PageLink } from "../../ui/PageLink";
import { StateLabel } from "../../ui/StateLabel";
import { Time } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { Waiting } from "../../ui/Waiting";
import { agentDispositions, causes, language } from "../../ui/words";
import { Days } from "../resident/Days";
import { NoteList } from "../../ui/Notes";
import { useRecord } from "../resident/record";
import { Answers } from "./Answers";
import { giveBack, take } from "./deeds";
import { Outcome } from "./Outcome";

interface Props {
  residentId: string | undefined;
  callback: Callback | undefined;
  name: string | undefined;
  /** The call at the phone, where it is theirs. */
  call?: Call;
  /** It is said already what came of the call. */
  completed?: boolean;
  onCompleted: () => void;
  onChanged: () => void;
  onClose?: () => void;
}

/** Whoever is offered or spoken to, and what is to be said of it. */
export function Subject({ residentId, callback, name = "Resident", call, completed = false, onCompleted, onChanged, onClose }: Props) {
  const record = useRecord(residentId);
  const resident = record.value?.resident;
  return (
    <section className="stack" aria-label={name}>
      <Container
        header={
          <Header
            variant="h2"
            description={resident && <StateLabel state={resident.state} />}
            actions={
              <span className="phone-keys">
                {residentId && <PageLink href={`/residents/${residentId}`}>Whole record</PageLink>}
                {onClose && <Button variant="icon" iconName="close" ariaLabel={`Close the record of ${name}`} onClick={onClose} />}
              </span>
            }
          >
            {name}
          </Header>
        }
      >
        <div className="stack">
          {record.failure !== undefined && <Failure failure={record.failure} onRetry={record.reload} />}
          {resident ? <Person resident={resident} callback={callback} /> : record.loading && residentId !== undefined && <Waiting />}
        </div>
      </Container>
      <Work callback={callback} call={call} completed={completed} onCompleted={onCompleted} onChanged={onChanged} />
      {resident && (
        <>
          <div className="desk-past">
            <Answers id={resident.id} version={resident.version} />
            <Days id={resident.id} version={resident.version} />
          </div>
          <Container header={<Header variant="h2">Notes</Header>}><NoteList notes={resident.staff_notes} /></Container>
        </>
      )}
    </section>
  );
}

/** What one needs to know before one says hello. */
function Person({ resident, callback }: { resident: Detail; callback: Callback | undefined }) {
  return (
    <>
      <p className={resident.number_bad ? "big warn" : "big"}>{resident.number}{resident.number_bad && " does not exist"}</p>
      {resident.notes && <Alert type="info" header="Good to know">{resident.notes}</Alert>}
      {resident.escalation && <Alert type="error" header="Not reached: somebody was told">{causes[resident.escalation.cause]} Told <Time at={resident.escalation.at} />.</Alert>}
      <p className="soft">
        {callback && <>Asked to talk <Time at={callback.requested_at} />, promised by <span className={callback.overdue ? "warn" : ""}><Time at={callback.deadline} /></span>. </>}
        {callback?.last_result && <>Last time: {agentDispositions[callback.last_result.disposition].label.toLowerCase()}, by {callback.last_result.by}, <Time at={callback.last_result.at} />. </>}
        {resident.language && <>Speaks {language(resident.language)}. </>}
        Lives by {zoneName(resident.timezone)}.{resident.reference && ` Reference ${resident.reference}.`}
      </p>
    </>
  );
}

/** What is to be done: nothing before the offer is accepted; the outcome of a call; or first the taking. */
function Work({ callback, call, completed, onCompleted, onChanged }: Pick<Props, "callback" | "onCompleted" | "onChanged"> & { call: Call | undefined; completed: boolean }) {
  const me = useSession()?.name;
  if (!callback || completed || call?.state === "incoming") return null;
  if (call) {
    const wait = call.state === "wrap_up" ? undefined : "First end the call.";
    return <Outcome callbackId={callback.id} contact={call.contact_id} wait={wait} onCompleted={onCompleted} />;
  }
  if (callback.taken?.by === me) {
    return <Outcome callbackId={callback.id} contact={undefined} wait={undefined} onCompleted={onCompleted} actions={<Deed does={() => giveBack(callback)} onDone={onChanged}>Give back</Deed>} />;
  }
  return (
    <Container>
      <div className="stack">
        {!callback.owed ? (
          <p>They are not owed a callback any more.</p>
        ) : callback.taken ? (
          <p>{callback.taken.by} has taken this callback.</p>
        ) : (
          <>
            <p>Do you want to ring them yourself? Take the callback first: then nobody else rings them meanwhile.</p>
            <div><Deed does={() => take(callback)} onDone={onChanged}>Take</Deed></div>
          </>
        )}
      </div>
    </Container>
  );
}

function Deed({ does, onDone, children }: { does: () => Promise<unknown>; onDone: () => void; children: string }) {
  const { busy, failure, run } = useDeed();
  return (
    <>
      <Button loading={busy} onClick={() => void run(does).then(onDone)}>{children}</Button>
      {failure !== undefined && <Failure failure={failure} />}
    </>
  );
}
