import Button from "@cloudscape-design/components/button";
import ColumnLayout from "@cloudscape-design/components/column-layout";
import ContentLayout from "@cloudscape-design/components/content-layout";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useState } from "react";
import { useParams } from "react-router";
import { useIs } from "../../app/context";
import { Failure } from "../../ui/Failure";
import { usePage } from "../../ui/page";
import { StateLabel } from "../../ui/StateLabel";
import { Waiting } from "../../ui/Waiting";
import { Attempts } from "./Attempts";
import { Change, type Changing } from "./Change";
import { Days } from "./Days";
import { Facts } from "./Facts";
import { Notes } from "./Notes";
import { Pauses } from "./Pauses";
import { fullName, type Record, useRecord } from "./record";
import { Why } from "./Why";

/** One person: who they are, how they stand, what has been. */
export default function Resident() {
  const { id = "" } = useParams();
  // The title goes to the browser's history: no name there.
  usePage("Resident");
  const record = useRecord(id);
  const { value, failure, loading, reload } = record;
  return (
    <ContentLayout
      header={value ? <Head record={value} reload={reload} /> : <Header variant="h1">Resident</Header>}
    >
      <SpaceBetween size="l">
        {failure !== undefined && <Failure failure={failure} onRetry={reload} />}
        {value ? <Body record={value} reload={reload} /> : loading && <Waiting />}
      </SpaceBetween>
    </ContentLayout>
  );
}

function Head({ record, reload }: { record: Record; reload: () => void }) {
  const [changing, setChanging] = useState<Changing>();
  const mayCorrect = useIs("Uploaders", "Operators");
  const mayDelete = useIs("Operators");
  const { resident } = record;
  return (
    <>
      <Header
        variant="h1"
        description={<StateLabel state={resident.state} />}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button onClick={() => setChanging("pause")}>Pause</Button>
            {mayCorrect && <Button onClick={() => setChanging("correct")}>Correct</Button>}
            {mayCorrect && <Button onClick={() => setChanging("switch")}>{resident.enabled ? "Switch off" : "Switch on"}</Button>}
            {mayDelete && <Button onClick={() => setChanging("delete")}>Delete</Button>}
          </SpaceBetween>
        }
      >
        {fullName(resident)}
      </Header>
      {changing && <Change what={changing} record={record} reload={reload} onDone={() => setChanging(undefined)} />}
    </>
  );
}

function Body({ record, reload }: { record: Record; reload: () => void }) {
  const { resident } = record;
  return (
    <SpaceBetween size="l">
      <Why id={resident.id} version={resident.version} />
      <Facts resident={resident} />
      <ColumnLayout columns={2} minColumnWidth={300}>
        <Days id={resident.id} version={resident.version} />
        <Pauses record={record} reload={reload} />
      </ColumnLayout>
      <Attempts id={resident.id} version={resident.version} />
      <Notes resident={resident} reload={reload} />
    </SpaceBetween>
  );
}
