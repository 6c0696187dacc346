import Box from "@cloudscape-design/components/box";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import KeyValuePairs from "@cloudscape-design/components/key-value-pairs";
import type { LetterDetail } from "../../../api/types";
import { Ago } from "../../../ui/Ago";
import { Time } from "../../../ui/Time";
import { count, sentence, spaced, whole } from "../../../ui/words";
import { kindLabel, queueLabel, queueMeaning, tries } from "../words";

/** Why it was set aside, by whom, when and after how many tries. */
export function Facts({ letter }: { letter: LetterDetail }) {
  const { reason, handler, receives, parked_at, first_parked_at, source, kind, kind_version, message_id, trace_id, bytes, replays, edits } = letter;
  const again = first_parked_at !== parked_at;
  return (
    <Container header={<Header variant="h2">Why it was set aside</Header>}>
      <div className="stack">
        <p className="why">{sentence(reason)}</p>
        <KeyValuePairs
          columns={4}
          minColumnWidth={150}
          items={[
            { label: "Set aside by", value: <>{spaced(handler)}<Box color="text-body-secondary" fontSize="body-s">{tries(receives)}</Box></> },
            { label: again ? "The last time" : "When", value: <><Ago at={parked_at} /><Box color="text-body-secondary" fontSize="body-s"><Time at={parked_at} /></Box></> },
            ...(again ? [{ label: "The first time", value: <><Ago at={first_parked_at} /><Box color="text-body-secondary" fontSize="body-s"><Time at={first_parked_at} /></Box></> }] : []),
            { label: "Queue", value: <>{queueLabel(source)}<Box color="text-body-secondary" fontSize="body-s">{queueMeaning(source)}</Box></> },
            { label: "Kind", value: <>{kindLabel(kind)}{kind_version != null && <Box color="text-body-secondary" fontSize="body-s">version {kind_version}</Box>}</> },
            { label: "Edited and replayed", value: <>{edits === 0 ? "Never edited" : `Edited ${times(edits)}`}<Box color="text-body-secondary" fontSize="body-s">{replays === 0 ? "never replayed" : `replayed ${times(replays)}`}</Box></> },
            { label: "Message", value: <span className="code-word">{message_id}</span> },
            { label: "Trace", value: trace_id == null ? "None" : <span className="code-word">{trace_id}</span> },
            { label: "Size", value: bytes < 2000 ? count(bytes, "byte") : `${whole.format(bytes / 1000)} kB` },
          ]}
        />
      </div>
    </Container>
  );
}

function times(n: number): string {
  return n === 1 ? "once" : `${whole.format(n)} times`;
}
