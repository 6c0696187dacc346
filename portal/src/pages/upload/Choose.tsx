import Box from "@cloudscape-design/components/box";
import Button from "@cloudscape-design/components/button";
import FileDropzone from "@cloudscape-design/components/file-dropzone";
import FileInput from "@cloudscape-design/components/file-input";
import ProgressBar from "@cloudscape-design/components/progress-bar";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { Failure } from "../../ui/Failure";
import { useSend } from "./use-send";

/** Where a file is chosen or dropped, and sent to be looked at. */
export function Choose({ label }: { label: string }) {
  const { sending, failure, send, cancel } = useSend();
  return (
    <SpaceBetween size="m">
      {failure !== undefined && <Failure failure={failure} />}
      {sending ? (
        <SpaceBetween size="s">
          <ProgressBar
            label={`Sending ${sending.file.name}`}
            description="Only to be looked at. Nothing is loaded yet."
            value={Math.round(sending.part * 100)}
          />
          <Button onClick={cancel}>Stop</Button>
        </SpaceBetween>
      ) : (
        <FileDropzone onChange={({ detail }) => void send(detail.value)}>
          <div className="drop">
            <FileInput accept=".csv,.tsv,.txt,text/csv" value={[]} onChange={({ detail }) => void send(detail.value)}>{label}</FileInput>
            <Box color="text-body-secondary">or drop it here</Box>
          </div>
        </FileDropzone>
      )}
    </SpaceBetween>
  );
}
