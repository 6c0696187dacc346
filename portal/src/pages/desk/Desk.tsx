import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import { useCallback, useEffect, useState } from "react";
import { useSearchParams } from "react-router";
import { zoneName } from "../../ui/dates";
import { usePage } from "../../ui/page";
import { useZone } from "../../ui/Time";
import { Announce } from "./Announce";
import { Callbacks } from "./Callbacks";
import { PhonePanel } from "./PhonePanel";
import { useShortcuts } from "./shortcuts";
import { Subject } from "./Subject";
import { useCallbackOf, useDesk } from "./use-desk";
import { usePhone } from "./use-phone";
import { useSubject } from "./use-subject";

/** Where an agent works: the phone, who waits, and the record of whoever is spoken to. */
export default function Desk() {
  usePage("Desk");
  const zone = useZone();
  const phone = usePhone();
  const desk = useDesk(phone.phone);
  const [params, setParams] = useSearchParams();
  const opened = params.get("callback") ?? undefined;
  const open = useCallback((id: string | undefined) => setParams(id === undefined ? {} : { callback: id }), [setParams]);
  const call = phone.phone?.call ?? undefined;
  const atPhone = useSubject(call, desk.value);
  const fromList = useCallbackOf(opened === atPhone?.callback?.id ? undefined : opened, desk.value);
  const [said, setSaid] = useState<string>();
  // Also what was said before this page was loaded.
  const completed = call !== undefined && (said === call.contact_id || atPhone?.callback?.last_result?.contact_id === call.contact_id);
  useShortcuts(phone);
  useEffect(() => {
    document.title = call?.state === "incoming" ? "Callback offered · Rollcall" : "Desk · Rollcall";
  }, [call?.state]);

  // What somebody is writing about another call stays on the screen while the phone merely rings.
  const both = fromList && (!call || call.state === "incoming");
  return (
    <ContentLayout
      header={<Header variant="h1" description={`Those who asked to talk are called back from here. Times are in ${zoneName(zone)}.`}>Desk</Header>}
    >
      <Announce call={call} name={atPhone?.name} status={phone.phone?.status} />
      <div className="desk-room"><div className="desk">
        <div className="desk-side">
          <PhonePanel at={phone} name={atPhone?.name} settled={completed || !atPhone?.callback} />
          <Callbacks desk={desk} opened={opened} atPhone={atPhone?.callback?.id} open={open} brief={atPhone !== undefined || fromList !== undefined} />
        </div>
        <div className="desk-record">
          {call && atPhone && (
            <Subject
              key={`call ${call.contact_id}`}
              residentId={atPhone.residentId}
              callback={atPhone.callback}
              name={atPhone.name}
              call={call}
              completed={completed}
              onCompleted={() => {
                setSaid(call.contact_id);
                desk.reload();
                void phone.act({ act: "wrapped-up", contact: call.contact_id });
              }}
              onChanged={desk.reload}
            />
          )}
          {both && (
            <Subject
              key={`callback ${fromList.id}`}
              residentId={fromList.resident_id}
              callback={fromList}
              name={`${fromList.first_name} ${fromList.last_name}`}
              onCompleted={() => {
                desk.reload();
                open(undefined);
              }}
              onChanged={desk.reload}
              onClose={() => open(undefined)}
            />
          )}
          {!call && !fromList && <Nobody />}
        </div>
      </div></div>
    </ContentLayout>
  );
}

function Nobody() {
  return (
    <div className="desk-nobody">
      <p>Whoever is offered to you is shown here before you accept.</p>
      <p>Or open somebody from the list.</p>
    </div>
  );
}
