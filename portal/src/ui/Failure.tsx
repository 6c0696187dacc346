import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import { Refusal, told } from "../api/problem";

/** What is asked for once more is refused once more. */
const FINAL = [400, 404];

/** Says what went wrong, and offers to try again where that can help. */
export function Failure({ failure, onRetry }: { failure: unknown; onRetry?: (() => void) | undefined }) {
  const { title, text } = told(failure);
  const final = failure instanceof Refusal && FINAL.includes(failure.status);
  return (
    <Alert type="error" header={title} action={onRetry && !final && <Button onClick={onRetry}>Try again</Button>}>
      {text}
    </Alert>
  );
}
