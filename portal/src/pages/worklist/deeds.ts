/** What a duty officer does with an escalation. Whether it can be done is the service's to say, as things are then. */
import { answer, api } from "../../api/client";
import type { AllClearHow, Escalation } from "../../api/types";

const params = (id: string) => ({ path: { id } });

export function accept(id: string): Promise<Escalation> {
  return answer(api.POST("/api/escalations/{id}/accept", { params: params(id) }));
}

export function release(id: string): Promise<Escalation> {
  return answer(api.DELETE("/api/escalations/{id}/accept", { params: params(id) }));
}

export function allClear(id: string, how: AllClearHow, note: string): Promise<Escalation> {
  return answer(api.POST("/api/escalations/{id}/all-clear", { params: params(id), body: { how, ...(note !== "" && { note }) } }));
}

export function note(id: string, text: string): Promise<Escalation> {
  return answer(api.POST("/api/escalations/{id}/notes", { params: params(id), body: { text } }));
}
