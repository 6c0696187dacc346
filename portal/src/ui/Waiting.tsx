import Box from "@cloudscape-design/components/box";
import Spinner from "@cloudscape-design/components/spinner";

/** Stands where something will be in a moment. */
export function Waiting() {
  return (
    <Box margin="xxxl" textAlign="center">
      <div role="status"><Spinner size="large" /><span className="only-read">Loading</span></div>
    </Box>
  );
}
