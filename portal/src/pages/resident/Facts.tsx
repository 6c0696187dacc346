import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { Detail } from "../../api/types";
import { zoneName } from "../../ui/dates";
import { Time } from "../../ui/Time";
import { count, language } from "../../ui/words";

/** What is known of the person. */
export function Facts({ resident: it }: { resident: Detail }) {
  return (
    <Container header={<Header variant="h2">Record</Header>}>
      <KeyValuePairs
        columns={4}
        minColumnWidth={170}
        items={[
          { label: "Number", value: it.number_bad ? <>{it.number} <span className="warn">does not exist</span></> : it.number },
          { label: "Reference", value: it.reference ?? "–" },
          { label: "Calls", value: it.enabled ? "Switched on" : <>Switched off{it.disabled_reason && `: ${it.disabled_reason}`}</> },
          { label: "Next call", value: <Time at={it.next_due_at} none="None planned" /> },
          { label: "Called in the last 24 hours", value: count(it.attempts_24h, "time") },
          { label: "Last heard of", value: <Time at={it.last_reached_at} none="Never" /> },
          { label: "Their time zone", value: zoneName(it.timezone) },
          { label: "Language", value: it.language == null ? "Not stated" : language(it.language) },
          ...(it.window ? [{ label: "Hours for calls", value: `${it.window.start.slice(0, 5)} to ${it.window.end.slice(0, 5)}, their time` }] : []),
          { label: "Agreed to be called", value: it.consent == null ? "Not asked" : it.consent ? "Yes" : "No" },
          { label: "On the register since", value: <Time at={it.registered_at} /> },
          ...(it.notes ? [{ label: "Notes from the list", value: it.notes }] : []),
        ]}
      />
    </Container>
  );
}
