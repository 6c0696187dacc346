import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { told } from "../api/problem";

/** Says what went wrong, and offers to try again where that can help. */
export function Failure({ failure, onRetry }: { failure: unknown; onRetry?: (() => void) | undefined }) {
  const { title, text } = told(failure);
  return (
    <Alert type="error" header={title} action={onRetry && <Button onClick={onRetry}>Try again</Button>}>
      {text}
    </Alert>
  );
}
