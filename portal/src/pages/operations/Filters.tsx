import Button from "@cloudscape-design/components/button";
import DateRangePicker, { type DateRangePickerProps } from "@cloudscape-design/components/date-range-picker";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import Select from "@cloudscape-design/components/select";
import { useState } from "react";
import { minutesAhead } from "../../ui/dates";
import { useZone } from "../../ui/Time";
import { EVERYTHING, idIn, isNarrow, type Query, STANDINGS, type When } from "./query";
import { KINDS, kindLabel, queueLabel, QUEUES, standings } from "./words";

interface Props {
  query: Query;
  /** Kinds of which there are letters, beside those that are known. */
  kinds: readonly string[];
  queues: readonly string[];
  ask: (query: Query) => void;
}

const ANY = "";
const STATES = STANDINGS.map((value) => ({ value, label: standings[value] }));

const UNITS = { second: 1, minute: 60, hour: 3600, day: 86_400, week: 604_800, month: 2_592_000, year: 31_536_000 };
const RELATIVE: DateRangePickerProps.RelativeOption[] = ([[1, "hour"], [24, "hour"], [7, "day"], [30, "day"]] as const).map(([amount, unit]) => ({ key: `${amount} ${unit}`, amount, unit, type: "relative" }));

/** Which letters are looked for. */
export function Filters({ query, kinds, queues, ask }: Props) {
  const [cause, setCause] = useState(query.cause);
  const [resident, setResident] = useState(query.resident ?? "");
  const strange = resident.trim() !== "" && idIn(resident) === undefined;
  const asked = (more: Partial<Query> = {}) => ask({ ...query, cause, ...(!strange && { resident: idIn(resident) }), ...more });
  return (
    <search>
      <form
        className="letter-filters"
        onSubmit={(event) => {
          event.preventDefault();
          if (!strange) asked();
        }}
      >
        <FormField label="What went wrong" stretch>
          <Input
            type="search"
            value={cause}
            onChange={({ detail }) => {
              setCause(detail.value);
              if (detail.value === "" && query.cause !== "") asked({ cause: "" });
            }}
            placeholder="A part of the cause"
            autoComplete={false}
            clearAriaLabel="Empty the cause"
          />
        </FormField>
        <FormField label="Resident" stretch errorText={strange && "Paste the id of a resident, or the address of their page."}>
          <Input
            type="search"
            value={resident}
            onChange={({ detail }) => {
              setResident(detail.value);
              if (detail.value === "" && query.resident !== undefined) asked({ resident: undefined });
            }}
            placeholder="Id, or address of their page"
            autoComplete={false}
            spellcheck={false}
            clearAriaLabel="Empty the resident"
          />
        </FormField>
        <Choice label="Queue" any="Any queue" options={union(QUEUES, queues, query.queue)} labelOf={queueLabel} chosen={query.queue} choose={(queue) => asked({ queue })} />
        <Choice label="Kind" any="Any kind" options={union(KINDS, kinds, query.kind)} labelOf={kindLabel} chosen={query.kind} choose={(kind) => asked({ kind })} />
        <FormField label="Set aside" stretch>
          <Period when={query.when} choose={(when) => asked({ when })} />
        </FormField>
        <FormField label="State" stretch>
          <Select
            options={STATES}
            selectedOption={STATES.find(({ value }) => value === query.state) ?? null}
            onChange={({ detail }) => asked({ state: STANDINGS.find((it) => it === detail.selectedOption.value) ?? "waiting" })}
          />
        </FormField>
        <div className="letter-filters-keys">
          <Button formAction="submit">Search</Button>
          {isNarrow(query) && <Button variant="link" formAction="none" onClick={() => ask(EVERYTHING)}>Show all</Button>}
        </div>
      </form>
    </search>
  );
}

interface ChoiceProps {
  label: string;
  any: string;
  options: readonly string[];
  labelOf: (value: string) => string;
  chosen: string | undefined;
  choose: (value: string | undefined) => void;
}

function Choice({ label, any, options, labelOf, chosen, choose }: ChoiceProps) {
  const all = [{ value: ANY, label: any }, ...options.map((value) => ({ value, label: labelOf(value) }))];
  return (
    <FormField label={label} stretch>
      <Select options={all} selectedOption={all.find(({ value }) => value === (chosen ?? ANY)) ?? null} onChange={({ detail }) => choose(detail.selectedOption.value || undefined)} />
    </FormField>
  );
}

function union(known: readonly string[], seen: readonly string[], chosen: string | undefined): string[] {
  return [...new Set([...known, ...seen, ...(chosen === undefined ? [] : [chosen])])];
}

/** Since when, or from when until when, in the zone that times are shown in. */
function Period({ when, choose }: { when: When | undefined; choose: (when: When | undefined) => void }) {
  const zone = useZone();
  return (
    <DateRangePicker
      value={asValue(when)}
      onChange={({ detail }) => choose(asWhen(detail.value))}
      relativeOptions={RELATIVE}
      isValidRange={validity}
      getTimeOffset={(at) => minutesAhead(at, zone)}
      placeholder="At any time"
      hideTimeOffset
      locale="en-GB"
      absoluteFormat="long-localized"
      i18nStrings={{ relativeModeTitle: "The last", absoluteModeTitle: "From and until", dateTimeConstraintText: "Dates as in 2026/11/23, times as in 14:05." }}
      timeInputFormat="hh:mm"
    />
  );
}

function asValue(when: When | undefined): DateRangePickerProps.Value | null {
  if (!when) return null;
  if ("from" in when) return { type: "absolute", startDate: when.from, endDate: when.until };
  const known = RELATIVE.find(({ amount, unit }) => amount * UNITS[unit] === when.last);
  return known ?? { type: "relative", amount: Math.max(1, Math.round(when.last / 60)), unit: "minute" };
}

function asWhen(value: DateRangePickerProps.Value | null): When | undefined {
  if (!value) return undefined;
  if (value.type === "relative") return { last: value.amount * UNITS[value.unit] };
  return { from: new Date(value.startDate).toISOString(), until: new Date(value.endDate).toISOString() };
}

function validity(value: DateRangePickerProps.Value | null): DateRangePickerProps.ValidationResult {
  if (value?.type === "relative") return value.amount > 0 ? { valid: true } : { valid: false, errorMessage: "Enter a number of 1 or more." };
  if (!value) return { valid: true };
  if (!value.startDate || !value.endDate) return { valid: false, errorMessage: "Choose the first and the last day." };
  return Date.parse(value.startDate) < Date.parse(value.endDate) ? { valid: true } : { valid: false, errorMessage: "The end has to come after the beginning." };
}
