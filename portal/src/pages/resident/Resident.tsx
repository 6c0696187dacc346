import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { lazy, Suspense, useState } from "react";
import { useParams } from "react-router";
import { answer, api } from "../../api/client";
import { useIs } from "../../app/context";
import { saveFile } from "../../ui/download";
import { Failure } from "../../ui/Failure";
import { Notes } from "../../ui/Notes";
import { usePage } from "../../ui/page";
import { StateLabel } from "../../ui/StateLabel";
import { useDeed } from "../../ui/use-deed";
import { Waiting } from "../../ui/Waiting";
import { Attempts } from "./Attempts";
import type { Changing } from "./Change";
import { Days } from "./Days";
import { Facts } from "./Facts";
import { Pauses } from "./Pauses";
import { Promises } from "./Promises";
import { fullName, note, type Record, useRecord } from "./record";
import { Suppressed } from "./Suppressed";
import { Why } from "./Why";

// Most people who look at a record change nothing.
const Change = lazy(() => import("./Change"));

/** One person: who they are, how they stand, what has been. */
export default function Resident() {
  const { id = "" } = useParams();
  // The title goes to the browser's history: no name there.
  usePage("Resident");
  const record = useRecord(id);
  const { value, failure, loading, reload } = record;
  return (
    <ContentLayout
      header={<Head record={value} reload={reload} />}
    >
      <SpaceBetween size="l">
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {value ? <Body record={value} reload={reload} /> : loading && <Waiting />}
      </SpaceBetween>
    </ContentLayout>
  );
}

/** One heading all the time: whoever reads the screen is on it when the name arrives. */
function Head({ record, reload }: { record: Record | undefined; reload: () => void }) {
  const [changing, setChanging] = useState<Changing>();
  return (
    <>
      <Header variant="h1" description={record && <StateLabel state={record.resident.state} />} actions={record && <Actions id={record.resident.id} enabled={record.resident.enabled} ask={setChanging} />}>
        {record ? fullName(record.resident) : "Resident"}
      </Header>
      <Suspense>{record && changing && <Change what={changing} record={record} reload={reload} onDone={() => setChanging(undefined)} />}</Suspense>
    </>
  );
}

function Actions({ id, enabled, ask }: { id: string; enabled: boolean; ask: (what: Changing) => void }) {
  const mayCorrect = useIs("Uploaders", "Operators");
  const isOperator = useIs("Operators");
  return (
    <SpaceBetween direction="horizontal" size="xs">
      <Button onClick={() => ask("pause")}>Pause</Button>
      {mayCorrect && <Button onClick={() => ask("correct")}>Correct</Button>}
      {mayCorrect && <Button onClick={() => ask("switch")}>{enabled ? "Switch off" : "Switch on"}</Button>}
      {isOperator && <Button onClick={() => ask("suppress")}>Suppress</Button>}
      {isOperator && <AllThatIsKept id={id} />}
      {isOperator && <Button onClick={() => ask("delete")}>Delete</Button>}
      {isOperator && <Button onClick={() => ask("erase")}>Erase</Button>}
    </SpaceBetween>
  );
}

/** What somebody may ask for: everything that is kept of them, as one file named by the id. */
function AllThatIsKept({ id }: { id: string }) {
  const saving = useDeed();
  const save = () => saving.run(async () =>
    saveFile(`resident-${id}.json`, await answer(api.GET("/api/residents/{id}/subject-access", { params: { path: { id } }, parseAs: "blob" }))));
  return (
    <>
      <Button iconName="download" loading={saving.busy} loadingText="Preparing the file" onClick={() => void save()}>Save all data</Button>
      {saving.failure !== undefined && <Failure failure={saving.failure} />}
    </>
  );
}

function Body({ record, reload }: { record: Record; reload: () => void }) {
  const { resident } = record;
  return (
    <SpaceBetween size="l">
      <Why id={resident.id} version={resident.version} />
      <Suppressed resident={resident} reload={reload} />
      {(resident.callback ?? resident.escalation) && <Promises resident={resident} />}
      <Facts resident={resident} />
      <ColumnLayout columns={2} minColumnWidth={300}>
        <Days id={resident.id} version={resident.version} />
        <Pauses record={record} reload={reload} />
      </ColumnLayout>
      <Attempts id={resident.id} version={resident.version} />
      <Notes notes={resident.staff_notes} hint="Everyone who may see this person can read it." add={(text) => note(resident.id, text).then(reload)} />
    </SpaceBetween>
  );
}
