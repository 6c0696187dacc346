import Link from "@cloudscape-design/components/link";
import StatusIndicator from "@cloudscape-design/components/status-indicator";
import { Failure } from "../../../ui/Failure";
import { count } from "../../../ui/words";
import { Prospect } from "./Foresight";
import { type Fault, placeIn } from "./shape";
import type { Draft } from "./use-draft";

interface Props {
  id: string;
  draft: string;
  found: readonly Fault[];
  foreseen: Draft;
  isChanged: boolean;
  /** Somebody wanted to save it. */
  tried: boolean;
  /** What the service says is wrong with the message. */
  refused: string | undefined;
  goTo: (line: number) => void;
}

/** Enough to go on with. */
const MOST = 12;

/** What is wrong with a draft, by line; or what would come of it. */
export function Findings({ id, draft, found, foreseen: { foreseen, failure, trying }, isChanged, tried, refused, goTo }: Props) {
  const place = foreseen?.outcome === "parks_again" ? placeIn(draft, foreseen.text) : undefined;
  return (
    <div id={id} className="findings" aria-live="polite">
      {refused && <StatusIndicator type="error"><b>It was not saved.</b> {refused}</StatusIndicator>}
      {tried && !isChanged && <StatusIndicator type="error">Nothing is changed yet.</StatusIndicator>}
      {found.length > 0 ? (
        <>
          <StatusIndicator type="error"><b>{count(found.length, "thing")} to mend</b></StatusIndicator>
          <ul>
            {found.slice(0, MOST).map(({ line, field, text }, at) => (
              <li key={at}><Link variant="primary" onFollow={() => goTo(line)}>Line {line}</Link>{field && <> <code>{field}</code></>} {text}</li>
            ))}
          </ul>
        </>
      ) : failure !== undefined ? (
        <Failure failure={failure} />
      ) : trying || !foreseen ? (
        <StatusIndicator type="loading">Trying what would come of it</StatusIndicator>
      ) : (
        <Prospect foreseen={foreseen}>{place && <><Link variant="primary" onFollow={() => goTo(place.line)}>Line {place.line}</Link>{place.field && <> <code>{place.field}</code></>}</>}</Prospect>
      )}
    </div>
  );
}
