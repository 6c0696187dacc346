import Alert from "@cloudscape-design/components/alert";
import { answer, api } from "../../api/client";
import { useLoad } from "../../api/use-load";
import { Failure } from "../../ui/Failure";
import { Time } from "../../ui/Time";
import { sentence } from "../../ui/words";

/** May this person be called now, and if not, why? The sentence is the service's own: it is the decision itself. */
export function Why({ id, version }: { id: string; version: number }) {
  const why = useLoad(`${id} ${version}`, (signal) => answer(api.GET("/api/residents/{id}/why", { params: { path: { id } }, signal })));
  if (!why.value) return why.loading ? null : <Failure failure={why.failure} onRetry={why.reload} />;
  const { may_be_called, text, until } = why.value;
  return (
    <Alert type={may_be_called ? "success" : "info"} header={may_be_called ? "May be called now" : "Is not called now"}>
      {!may_be_called && sentence(text)}
      {until && <> That ends <Time at={until} />.</>}
    </Alert>
  );
}
