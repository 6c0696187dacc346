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
  const { may_be_called, text, until, dialing_stopped_at: stopped } = why.value;
  const called = may_be_called && !stopped;
  return (
    <Alert type={called ? "success" : "info"} header={called ? "May be called now" : "Is not called now"}>
      {!may_be_called && sentence(text)}
      {until && <> That ends <Time at={until} />.</>}
      {stopped && <> All dialing is stopped, since <Time at={stopped} />.</>}
    </Alert>
  );
}
