import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useNavigate } from "react-router";
import { answer, api } from "../../api/client";
import type { Preview as Shown } from "../../api/types";
import { useLoad } from "../../api/use-load";
import { Failure } from "../../ui/Failure";
import { usePage } from "../../ui/page";
import { pageOf } from "../../ui/page-of";
import { PageLink } from "../../ui/PageLink";
import { useDeed } from "../../ui/use-deed";
import { Waiting } from "../../ui/Waiting";
import { count, sentence } from "../../ui/words";
import { Choose } from "./Choose";
import { Findings } from "./Findings";

/** What would become of a file. Another file is another page, with its own heading to go to. */
export default pageOf(function Preview({ id }: { id: string }) {
  usePage("Preview");
  const { value, failure, loading, reload } = useLoad(`preview ${id}`, (signal) => answer(api.GET("/api/uploads/{id}/preview", { params: { path: { id } }, signal })));
  const navigate = useNavigate();
  const putIn = useDeed();
  const load = () => putIn.run(async () => {
    const { batch_id } = await answer(api.POST("/api/uploads/{id}/load", { params: { path: { id } } }));
    await navigate(`/batches/${batch_id}`);
  });
  return (
    <ContentLayout
      header={
        <Header
          variant="h1"
          description={value && SAID[value.state]}
          actions={value && hasPeople(value) && <Button variant="primary" loading={putIn.busy} loadingText="Having it loaded" onClick={() => void load()}>{verb(value)}</Button>}
        >
          {value?.file_name ?? "Preview"}
        </Header>
      }
    >
      <SpaceBetween size="l">
        {putIn.failure !== undefined && <Failure failure={putIn.failure} />}
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {value ? (
          <SpaceBetween size="l">
            <Standing value={value} />
            {value.state !== "refused" && !value.refusal && <Findings value={value} />}
          </SpaceBetween>
        ) : (
          loading && <Waiting />
        )}
        {(value || failure !== undefined) && (
          <Container header={<Header variant="h2" description="It gets a preview of its own; this one is left as it is.">Mended it, or the wrong file?</Header>}>
            <Choose label="Choose another file" />
          </Container>
        )}
      </SpaceBetween>
    </ContentLayout>
  );
});

const SAID: Record<Shown["state"], string> = {
  ready: "This is a preview. Nothing is loaded until you press the button.",
  refused: "Nothing was loaded.",
  loaded: "This is what was loaded.",
};

/** There may also be somebody in what was not looked at. */
function hasPeople({ state, counts, complete }: Shown): boolean {
  return state === "ready" && (counts.good > 0 || !complete);
}

function verb({ counts, complete }: Shown): string {
  return complete ? `Load ${count(counts.good, "person", "people")}` : "Load the whole file";
}

/** What can be done with it, and what is to be known before. */
function Standing({ value }: { value: Shown }) {
  const { state, refusal, complete, counts, batch_id } = value;
  if (state === "loaded" && batch_id) {
    return (
      <Alert type="info" header="This file was loaded">
        The figures below say what would come of it if it were loaded once more. <PageLink href={`/batches/${batch_id}`}>See what came of it</PageLink>
      </Alert>
    );
  }
  if (refusal) return <Alert type="error" header="Nothing of this file can be read">{sentence(refusal.reason)} Mend the file, then choose it below.</Alert>;
  if (!complete) {
    return (
      <Alert type="warning" header={`Only the first ${count(counts.rows, "row")} were looked at`}>
        The file is longer, and the figures below are of its beginning. All of it is loaded when you press the button; what is wrong with the other rows is listed with the batch afterwards.
      </Alert>
    );
  }
  if (counts.good === 0) {
    return (
      <Alert type="info" header="There is nobody to load">
        {counts.bad === 0 ? "Everyone in this file is on the register already." : "No row of this file is both good and new. Mend the bad rows, then choose the file below."}
      </Alert>
    );
  }
  return null;
}
