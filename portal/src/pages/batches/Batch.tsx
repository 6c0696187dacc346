import Alert from "@cloudscape-design/components/alert";
import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import type { Batch as Shown, Undoing } from "../../api/types";
import { Failure } from "../../ui/Failure";
import { usePage } from "../../ui/page";
import { pageOf } from "../../ui/page-of";
import { PageLink } from "../../ui/PageLink";
import { Share } from "../../ui/Share";
import { StageLabel } from "../../ui/StageLabel";
import { Time } from "../../ui/Time";
import { Waiting } from "../../ui/Waiting";
import { count, KNOWN, sentence, stages, whole } from "../../ui/words";
import { Remarks } from "./Remarks";
import { Undo } from "./Undo";
import { nameOf, OTHER_WAY, useBatch } from "./use-batch";

/** One list that was loaded, or is being loaded. */
export default pageOf(function Batch({ id }: { id: string }) {
  usePage("Batch");
  const { value, failure, loading, reload } = useBatch(id);
  const [asking, setAsking] = useState(false);
  const [undone, setUndone] = useState<Undoing>();
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={value && <><Time at={value.at} /> {value.by == null ? OTHER_WAY.toLowerCase() : `by ${value.by}`}</>}
          actions={value?.undo?.possible && <Button onClick={() => setAsking(true)}>{value.stage === "undoing" ? "Go on undoing" : "Undo"}</Button>}
        >
          {value ? nameOf(value) : "Batch"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {undone && <Outcome undone={undone} />}
        {value ? <Account batch={value} /> : loading && <Waiting />}
        {value?.finished && <Remarks id={id} />}
      </SpaceBetween>
      {asking && value && (
        <Undo
          batch={value}
          onClose={() => {
            setAsking(false);
            reload();
          }}
          onDone={(done) => {
            setAsking(false);
            setUndone(done);
            reload();
          }}
        />
      )}
    </ContentLayout>
  );
});

/** What became of its rows, as far as is known. */
function Account({ batch }: { batch: Shown }) {
  const { id, stage, refusal, rows, loaded, already_known, rejected, undo } = batch;
  const settled = loaded + already_known + rejected;
  if (refusal) return <Alert type="error" header="Nothing of this file could be read">{sentence(refusal.reason)} Nobody was loaded.</Alert>;
  return (
    <Container header={<Header variant="h2" actions={<StageLabel stage={stage} />} description={already_known > 0 ? `${stages[stage].meaning} ${KNOWN}` : stages[stage].meaning}>{rows == null ? "Reading the file" : `${whole.format(settled)} of ${count(rows, "row")} dealt with`}</Header>}>
      <Share
        name={`Loaded: ${loaded}, known already: ${already_known}, rejected: ${rejected}, open: ${(rows ?? settled) - settled}`}
        parts={[
          { label: stage === "undoing" || stage === "undone" ? "had been loaded" : "loaded", tone: "well", value: loaded },
          { label: "known already", tone: "not_due", value: already_known },
          { label: "rejected", tone: "escalated", value: rejected },
        ]}
        open={rows == null ? 1 : rows - settled}
      />
      <SpaceBetween size="xs">
        {loaded > 0 && <PageLink href={`/residents?batch=${id}`}>{stage === "undone" ? "Those whom it brought and who stayed" : "The people whom it brought"}</PageLink>}
        {stage === "loaded" && undo?.reason && <Box color="text-body-secondary">{undo.possible ? "" : "It cannot be undone. "}{sentence(undo.reason)}</Box>}
      </SpaceBetween>
    </Container>
  );
}

function Outcome({ undone: { removed, called, changed } }: { undone: Undoing }) {
  return (
    <Alert type="success" header="The batch is undone">
      {count(removed, "person", "people")} taken off the register.
      {changed > 0 && ` ${count(changed, "person", "people")} whom the staff changed since stay.`}
      {called > 0 && ` ${count(called, "person", "people")} who were called meanwhile stay.`}
    </Alert>
  );
}
