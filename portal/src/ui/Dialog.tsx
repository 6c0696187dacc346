import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Modal from "@cloudscape-design/components/modal";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { type ReactNode, useId } from "react";
import { Refusal } from "../api/problem";
import { Failure } from "./Failure";
import { useDeed } from "./use-deed";

interface Props {
  title: string;
  /** What the button says that does it: a verb. */
  action: string;
  /** Does it; what it throws is shown, and the dialog stays open with all that was entered. */
  perform: () => Promise<void>;
  onClose: () => void;
  /** Fetches what was changed by somebody else. */
  onStale?: () => void;
  /** Nothing is sent while something is missing. */
  ready?: boolean;
  /** What the button says that leaves all as it is. */
  keep?: string;
  /** For the fields to say what is wrong with them. */
  children: (refusal: Refusal | undefined) => ReactNode;
}

/** A question before something is changed. */
export function Dialog({ title, action, perform, onClose, onStale, ready = true, keep = "Cancel", children }: Props) {
  const form = useId();
  const { busy, failure, run } = useDeed();
  const stale = isStale(failure);
  const send = () => run(perform, (refused) => isStale(refused) && onStale?.());

  return (
    <Modal
      visible
      header={title}
      onDismiss={onClose}
      closeAriaLabel="Close"
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onClose}>{keep}</Button>
            <Button variant="primary" form={form} formAction="submit" loading={busy} loadingText="Saving" disabled={!ready}>{action}</Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form
        id={form}
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void send();
        }}
      >
        <div className="stack">
          {stale && (
            <Alert type="warning" header="This record has changed meanwhile">
              Somebody else has changed it, or a call has. Nothing was overwritten; the page behind shows it as it is now. Check that what you entered still fits, then press “{action}” again.
            </Alert>
          )}
          {failure !== undefined && !stale && <Failure failure={failure} />}
          {children(failure instanceof Refusal ? failure : undefined)}
        </div>
      </form>
    </Modal>
  );
}

function isStale(failure: unknown): boolean {
  return failure instanceof Refusal && failure.status === 412;
}
