import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { answer, api } from "../../../api/client";
import { useLoad } from "../../../api/use-load";
import { dayAfter, dayIn, startOfDay, zoneName } from "../../../ui/dates";
import { Dialog } from "../../../ui/Dialog";
import type { ChangeProps } from "../Change";
import { fullName } from "../record";

/** Stops the calls for some days. Days are those of the person, in their own time zone. */
export function Pause(props: ChangeProps) {
  const zone = props.record.resident.timezone;
  // The service's day, not this machine's: its clock may be another, in a demonstration or by mistake.
  const clock = useLoad("clock", (signal) => answer(api.GET("/healthz", { signal })));
  if (clock.loading) return null;
  return <Dates {...props} today={dayIn(clock.value ? new Date(clock.value.time) : new Date(), zone)} />;
}

function Dates({ record: { resident, etag }, reload, onDone, today }: ChangeProps & { today: string }) {
  const zone = resident.timezone;
  const [first, setFirst] = useState(today);
  const [last, setLast] = useState(() => dayAfter(today, 6));
  const [reason, setReason] = useState("");
  const dated = /^\d{4}-\d{2}-\d{2}$/.test(first) && /^\d{4}-\d{2}-\d{2}$/.test(last);
  const turned = dated && last < first;
  const perform = async () => {
    const body = { from: startOfDay(first, zone), until: startOfDay(dayAfter(last), zone), reason: reason.trim() };
    await answer(api.POST("/api/residents/{id}/pauses", { params: { path: { id: resident.id }, header: { "if-match": etag } }, body }));
    reload();
    onDone();
  };
  return (
    <Dialog title={`Pause calls to ${fullName(resident)}`} action="Pause" perform={perform} onClose={onDone} onStale={reload} ready={dated && !turned && reason.trim() !== ""}>
      {(refusal) => (
        <>
          <p>They are not called on these days, and called again by themselves afterwards. Days are counted in {zoneName(zone)}.</p>
          <SpaceBetween direction="horizontal" size="m">
            <FormField label="First day" constraintText="Year/month/day" errorText={refusal?.about("from")}>
              <DatePicker value={first} onChange={({ detail }) => setFirst(detail.value)} placeholder="YYYY/MM/DD" />
            </FormField>
            <FormField label="Last day" constraintText="Year/month/day" errorText={turned ? "The last day is before the first." : refusal?.about("until")}>
              <DatePicker value={last} onChange={({ detail }) => setLast(detail.value)} placeholder="YYYY/MM/DD" />
            </FormField>
          </SpaceBetween>
          <FormField label="Reason" description="For instance: in hospital, with family." errorText={refusal?.about("reason")} stretch>
            <Input value={reason} onChange={({ detail }) => setReason(detail.value)} autoComplete={false} />
          </FormField>
        </>
      )}
    </Dialog>
  );
}
