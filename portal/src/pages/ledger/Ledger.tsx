import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import ContentLayout from "@cloudscape-design/components/content-layout";
import DatePicker from "@cloudscape-design/components/date-picker";
import FormField from "@cloudscape-design/components/form-field";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useEffect } from "react";
import { useSearchParams } from "react-router";
import { answer, api } from "../../api/client";
import type { DayAccount, DayState } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { longDay } from "../../ui/dates";
import { saveFile } from "../../ui/download";
import { Failure } from "../../ui/Failure";
import { usePage } from "../../ui/page";
import { Time } from "../../ui/Time";
import { useDeed } from "../../ui/use-deed";
import { Waiting } from "../../ui/Waiting";
import { Counts } from "./Counts";
import { deviates, Deviations } from "./Deviations";
import { People } from "./People";
import { ENDED_STATES } from "./words";

/** How often today is asked for again. */
const AGAIN_MS = 10_000;

/** The account of a day: where everybody stands today, or how any past day ended. */
export default function Ledger() {
  usePage("Ledger");
  const [params, setParams] = useSearchParams();
  const chosen = params.get("date") ?? "";
  const state = ENDED_STATES.find((it) => it === params.get("state"));
  const today = useLoad("today", (signal) => answer(api.GET("/api/overview", { signal })));
  const date = chosen || today.value?.date;
  const choose = (to: string) => setParams(to === "" || to === today.value?.date ? {} : { date: to });
  return (
    <ContentLayout
      header={
        <Header variant="h1" description="Every resident is in exactly one state of the day, and all of them add up to the register." actions={date && <Actions date={date} />}>
          Ledger
        </Header>
      }
    >
      <SpaceBetween size="l">
        {today.failure !== undefined && <Failure failure={today.failure} onRetry={today.reload} />}
        <div className="not-printed">
          <FormField label="Day" description="Today as it stands, or how a past day ended.">
            <DatePicker
              value={date ?? ""}
              onChange={({ detail }) => choose(detail.value)}
              isDateEnabled={(day) => !today.value || day <= new Date(`${today.value.date}T23:59:59`)}
              placeholder="YYYY/MM/DD"
              openCalendarAriaLabel={(selected) => (selected ? `Choose a day; chosen is ${selected}` : "Choose a day")}
            />
          </FormField>
        </div>
        {date ? <Day key={date} date={date} state={state} /> : today.loading && <Waiting />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Actions({ date }: { date: string }) {
  const exporting = useDeed();
  const save = () => exporting.run(async () =>
    saveFile(`ledger-${date}.csv`, await answer(api.GET("/api/ledger/{date}/export", { params: { path: { date } }, parseAs: "blob" }))));
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button iconName="download" loading={exporting.busy} loadingText="Being written" onClick={() => void save()}>Export</Button>
      <Button onClick={() => window.print()}>Print</Button>
      {exporting.failure !== undefined && <Failure failure={exporting.failure} />}
    </SpaceBetween>
  );
}

function Day({ date, state }: { date: string; state: DayState | undefined }) {
  const { value: day, failure, loading, reload } = useLoad(`ledger ${date}`, (signal) => answer(api.GET("/api/ledger/{date}", { params: { path: { date } }, signal })));
  const live = day?.status === "live";
  useEffect(() => {
    if (!live) return undefined;
    const timer = setInterval(reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [live, reload]);
  return (
    <SpaceBetween size="l">
      {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
      {day ? (
        // A fragment's children would be one child, with no space between them.
        <SpaceBetween size="l">
          <Header variant="h2" description={<Told day={day} />}>{longDay(day.date)}</Header>
          {deviates(day) && <Deviations day={day} />}
          {day.ledger && <Counts day={day} ledger={day.ledger} />}
          {day.status === "closed" && state && <People key={state} day={day} state={state} />}
        </SpaceBetween>
      ) : loading && <Waiting />}
    </SpaceBetween>
  );
}

/** When it was so. */
function Told({ day }: { day: DayAccount }) {
  if (day.status === "live" && day.ledger) return <>Today, as of <Time at={day.ledger.at} />.</>;
  if (!day.first_run) return <>{day.timezone}</>;
  return (
    <Box variant="span">
      {day.ledger && <>Written <Time at={day.ledger.at} />. </>}
      Rollcall ran from <Time at={day.first_run} /> to <Time at={day.last_run} />.
      {day.check && <> Held against the books <Time at={day.check.at} />{day.check.agrees && ": agrees"}.</>}
    </Box>
  );
}
