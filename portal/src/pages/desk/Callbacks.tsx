import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import { lazy, Suspense, useState } from "react";
import type { Callback, Desk } from "../../api/types";
import type { Loaded } from "../../api/use-load";
import { Failure } from "../../ui/Failure";
import { useMedia } from "../../ui/media";
import { Waiting } from "../../ui/Waiting";
import { Callback as Item } from "./Callback";

// Few callbacks are cancelled.
const Cancel = lazy(() => import("./Cancel"));

/** So many at first, and so many more at a time. */
const SOME = 20;
/** Where the record comes below, it should not be far. */
const FEW = 3;
const NARROW = "(max-width: 900px)";

interface Props {
  desk: Loaded<Desk>;
  opened: string | undefined;
  /** The one at the phone. */
  atPhone: string | undefined;
  open: (id: string | undefined) => void;
  /** There is a record on the page. */
  brief: boolean;
}

/** Everybody who waits for a callback, as they are called: raised first, then by what was promised. */
export function Callbacks({ desk: { value, failure, loading, reload }, opened, atPhone, open, brief }: Props) {
  const narrow = useMedia(NARROW);
  const [most, setMost] = useState(0);
  const [cancelling, setCancelling] = useState<Callback>();
  const shown = Math.max(most, brief && narrow ? FEW : SOME);
  const callbacks = value?.callbacks ?? [];
  const counter = value && `(${callbacks.length}${value.more ? "+" : ""})`;
  // As it is now, not as it was when the dialog was opened: a change by somebody else is decided upon anew.
  const asked = cancelling && (callbacks.find(({ id }) => id === cancelling.id) ?? cancelling);
  return (
    <Container header={<Header variant="h2" {...(counter && { counter })}>Waiting for a callback</Header>}>
      <div className="stack">
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {!value && loading && <Waiting />}
        {value && callbacks.length === 0 && <Box color="text-body-secondary">Nobody waits for a callback.</Box>}
        {callbacks.length > 0 && (
          <ul className="callbacks">
            {callbacks.slice(0, shown).map((callback) => (
              <Item key={callback.id} callback={callback} opened={callback.id === opened} atPhone={callback.id === atPhone} open={open} onCancel={setCancelling} onChanged={reload} />
            ))}
          </ul>
        )}
        {callbacks.length > shown && <Button onClick={() => setMost(shown + SOME)}>Show more</Button>}
      </div>
      <Suspense>{asked && <Cancel callback={asked} reload={reload} onDone={() => setCancelling(undefined)} />}</Suspense>
    </Container>
  );
}
