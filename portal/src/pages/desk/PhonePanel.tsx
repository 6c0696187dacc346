import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import { useEffect, useLayoutEffect, useRef } from "react";
import type { Call, Phone } from "../../api/types";
import { Failure } from "../../ui/Failure";
import { Waiting } from "../../ui/Waiting";
import { Countdown, Elapsed } from "./Clock";
import { KEYS, shortcut } from "./shortcuts";
import type { PhoneAtDesk } from "./use-phone";

interface Props {
  at: PhoneAtDesk;
  /** Who is at the other end. */
  name: string | undefined;
  /** Nothing is left to be said of the call. */
  settled: boolean;
}

/** The phone: whether callbacks are offered, and the call. */
export function PhonePanel({ at, name, settled }: Props) {
  const { kind, phone, trouble, place } = at;
  if (kind === "none") {
    return (
      <Container header={<Header variant="h2">Phone</Header>}>
        Calls are taken elsewhere. Take somebody from the list, ring them with your own phone, and say here what came of it.
      </Container>
    );
  }
  return (
    <Container header={<Header variant="h2">Phone</Header>}>
      <div className="stack">
        {trouble !== undefined && <Failure failure={trouble} />}
        {phone ? <Line at={at} phone={phone} name={name} settled={settled} /> : trouble === undefined && <Waiting />}
        {place && <Place place={place} />}
      </div>
    </Container>
  );
}

function Line({ at, phone, name, settled }: Props & { phone: Phone }) {
  const panel = useFocusKept(`${phone.call?.contact_id} ${phone.call?.state}`);
  return (
    <div ref={panel} className="phone stack" tabIndex={-1} role="group" aria-label="Phone">
      {phone.call ? <AtCall at={at} call={phone.call} name={name ?? "somebody"} settled={settled} /> : <Idle status={phone.status} />}
      <Status at={at} status={phone.status} />
    </div>
  );
}

function Idle({ status }: { status: Phone["status"] }) {
  switch (status) {
    case "available":
      return <p className="phone-line"><span className="lamp lamp-on" aria-hidden="true" />The next callback is yours.</p>;
    case "missed":
      return <Alert type="warning" header="An offer has passed">It went back into the queue. You are offered none before you are available again.</Alert>;
    case "away":
      return <p className="phone-line"><span className="lamp" aria-hidden="true" />You are away, and not offered callbacks.</p>;
    case "offline":
      return <p className="phone-line"><span className="lamp" aria-hidden="true" />You are offline. Go available to be offered callbacks.</p>;
  }
}

const STATUSES = [
  { id: "available", text: "Available" },
  { id: "away", text: "Away" },
  { id: "offline", text: "Offline" },
] as const;

function Status({ at: { act }, status }: { at: PhoneAtDesk; status: Phone["status"] }) {
  return (
    <SegmentedControl
      label="Your status"
      selectedId={status === "missed" ? null : status}
      options={STATUSES}
      onChange={({ detail }) => {
        const chosen = STATUSES.find(({ id }) => id === detail.selectedId);
        if (chosen) void act({ act: chosen.id });
      }}
    />
  );
}

function AtCall({ at: { act, doing }, call, name, settled }: { at: PhoneAtDesk; call: Call; name: string; settled: boolean }) {
  const contact = call.contact_id;
  switch (call.state) {
    case "incoming":
      return (
        <div className="phone-call phone-ringing stack">
          <div><Box variant="awsui-key-label">A callback is offered</Box><div className="phone-name">{name}</div></div>
          {call.accept_by != null && <Countdown since={call.since} until={call.accept_by} />}
          <div className="phone-keys">
            <Button variant="primary" iconName="call" loading={doing === "accept"} onClick={() => void act({ act: "accept", contact })} nativeButtonAttributes={keyed(KEYS.accept)}>Accept</Button>
            <Button loading={doing === "decline"} onClick={() => void act({ act: "decline", contact })}>Decline</Button>
          </div>
          <Hint>Accept: {shortcut(KEYS.accept)}</Hint>
        </div>
      );
    case "connecting":
    case "connected":
      return (
        <div className="phone-call stack">
          <div>
            <Box variant="awsui-key-label">{call.state === "connecting" ? "Ringing" : "Speaking with"}</Box>
            <div className="phone-name">{name}</div>
            <Elapsed since={call.since} />
          </div>
          <div className="phone-keys">
            <Button iconName="close" loading={doing === "hang-up"} onClick={() => void act({ act: "hang-up", contact })} nativeButtonAttributes={keyed(KEYS.hangUp)}>Hang up</Button>
          </div>
          <Hint>Hang up: {shortcut(KEYS.hangUp)}</Hint>
        </div>
      );
    case "wrap_up":
      return (
        <div className="phone-call stack">
          <div>
            <Box variant="awsui-key-label">The call is over</Box>
            <div className="phone-name">{name}</div>
            <Elapsed since={call.since} />
          </div>
          {settled ? (
            <div className="phone-keys">
              <Button variant="primary" loading={doing === "wrapped-up"} onClick={() => void act({ act: "wrapped-up", contact })}>Done: next callback</Button>
            </div>
          ) : (
            <Hint>Say in the record what came of it; then the next is offered. {shortcut(KEYS.outcome)} takes you there.</Hint>
          )}
        </div>
      );
  }
}

function Hint({ children }: { children: React.ReactNode }) {
  return <Box color="text-body-secondary" fontSize="body-s">{children}</Box>;
}

function keyed(key: string) {
  return { "aria-keyshortcuts": shortcut(key) };
}

/** The phone's own panel. */
function Place({ place }: { place: (slot: HTMLElement) => () => void }) {
  const slot = useRef<HTMLDivElement>(null);
  useEffect(() => (slot.current ? place(slot.current) : undefined), [place]);
  return (
    <>
      <div ref={slot} className="ccp-slot" />
      <Hint>This is Amazon Connect's own panel. If it stays empty, allow this page to open a window, and sign in there.</Hint>
    </>
  );
}

/** Whoever has pressed a button that is gone afterwards is still at the phone; whoever is elsewhere stays there. */
function useFocusKept(state: string) {
  const panel = useRef<HTMLDivElement>(null);
  const within = useRef(false);
  useEffect(() => {
    const note = () => {
      within.current = panel.current?.contains(document.activeElement) ?? false;
    };
    document.addEventListener("focusin", note);
    return () => document.removeEventListener("focusin", note);
  }, []);
  useLayoutEffect(() => {
    if (within.current && document.activeElement === document.body) panel.current?.focus({ preventScroll: true });
  }, [state]);
  return panel;
}
