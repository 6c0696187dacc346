import Button from "@cloudscape-design/components/button";
import Container from "@cloudscape-design/components/container";
import Header from "@cloudscape-design/components/header";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Table, { type TableProps } from "@cloudscape-design/components/table";
import { answer, api } from "../../api/client";
import type { Preview, Remark, StoredRow } from "../../api/types";
import { saveFile } from "../../ui/download";
import { Failure } from "../../ui/Failure";
import { REMARKS, WARNINGS } from "../../ui/remarks";
import { Share } from "../../ui/Share";
import { useDeed } from "../../ui/use-deed";
import { column, count, KNOWN, whole } from "../../ui/words";

const STORED: TableProps.ColumnDefinition<StoredRow>[] = [
  { id: "line", header: "Line", minWidth: 60, cell: (it) => whole.format(it.line) },
  { id: "name", header: "Name", isRowHeader: true, minWidth: 150, cell: (it) => `${it.first_name} ${it.last_name}` },
  { id: "number", header: column("number"), minWidth: 145, cell: (it) => it.number },
  { id: "reference", header: column("reference"), minWidth: 110, cell: (it) => it.reference ?? "–" },
  { id: "window", header: "Hours for calls", minWidth: 120, cell: (it) => (it.window_start ? `${it.window_start} to ${it.window_end}` : "–") },
  { id: "timezone", header: column("timezone"), minWidth: 130, cell: (it) => it.timezone ?? "–" },
  { id: "language", header: column("language"), minWidth: 90, cell: (it) => it.language ?? "–" },
  { id: "consent", header: column("consent"), minWidth: 110, cell: (it) => (it.consent == null ? "–" : it.consent ? "Yes" : "No") },
  { id: "notes", header: column("notes"), minWidth: 170, cell: (it) => it.notes ?? "–" },
];

/** What is in a file: how much of each kind, what is wrong, who would be stored as what. */
export function Findings({ value }: { value: Preview }) {
  const { counts, first, bad, warnings, warning_count } = value;
  return (
    <SpaceBetween size="l">
      <Container header={<Header variant="h2" description={KNOWN}>{count(counts.rows, "row")}{value.complete ? "" : " looked at"}</Header>}>
        <Share
          name={`Good: ${counts.good}, known already: ${counts.known}, bad: ${counts.bad}`}
          parts={[
            { label: "good, and new", tone: "well", value: counts.good },
            { label: "known already", tone: "not_due", value: counts.known },
            { label: "bad, cannot be loaded", tone: "escalated", value: counts.bad },
          ]}
        />
        <h3 className="small-head">Columns</h3>
        <ul className="pairs">
          {value.columns.map(({ name, found_as }, at) => (
            <li key={at}>
              <b>{name || "(no name)"}</b> {found_as ? <>is read as {column(found_as)}</> : <i>is not read</i>}
            </li>
          ))}
        </ul>
      </Container>
      {counts.bad > 0 && <Bad value={value} bad={bad} />}
      <Table
        variant="container"
        items={first}
        trackBy="line"
        columnDefinitions={STORED.filter(({ id }) => id === undefined || ALWAYS.includes(id) || first.some((row) => has(row, id)))}
        header={<Header variant="h2" description={counts.good > first.length ? `The first ${first.length} of ${whole.format(counts.good)}, as they will be stored.` : "As they will be stored."}>New people</Header>}
        empty="None."
        enableKeyboardNavigation={false}
        wrapLines
      />
      {warning_count > 0 && (
        <Table
          variant="container"
          items={warnings}
          columnDefinitions={WARNINGS}
          header={<Header variant="h2" counter={`(${whole.format(warning_count)})`} description={listed(warnings.length, warning_count, "They do not keep a row from being loaded.")}>Good to know</Header>}
          enableKeyboardNavigation={false}
          wrapLines
        />
      )}
    </SpaceBetween>
  );
}

const ALWAYS = ["line", "name", "number"];

function has(row: StoredRow, id: string): boolean {
  if (id === "window") return row.window_start != null;
  return row[id as keyof StoredRow] != null;
}

/** The rows that need mending, and the file to do it in. */
function Bad({ value: { upload_id, counts }, bad }: { value: Preview; bad: Remark[] }) {
  const saving = useDeed();
  const save = () => saving.run(async () =>
    saveFile("bad-rows.csv", await answer(api.GET("/api/uploads/{id}/bad-rows.csv", { params: { path: { id: upload_id } }, parseAs: "blob" }))));
  return (
    <SpaceBetween size="m">
      {saving.failure !== undefined && <Failure failure={saving.failure} />}
      <Table
        variant="container"
        items={bad}
        columnDefinitions={REMARKS}
        header={
          <Header
            variant="h2"
            counter={`(${whole.format(counts.bad)})`}
            description={listed(bad.length, counts.bad, "Save them as a file, mend them in a spreadsheet, and choose that file below. Its first column says what is wrong and can stay.")}
            actions={<Button iconName="download" loading={saving.busy} loadingText="Preparing the file" onClick={() => void save()}>Save bad rows as CSV</Button>}
          >
            Bad rows
          </Header>
        }
        enableKeyboardNavigation={false}
        wrapLines
      />
    </SpaceBetween>
  );
}

function listed(shown: number, all: number, note: string): string {
  return shown < all ? `The first ${whole.format(shown)} are listed. ${note}` : note;
}
