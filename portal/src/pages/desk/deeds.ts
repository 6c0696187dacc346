/** What an agent does with a callback. */
import { answer, answered, api } from "../../api/client";
import { Refusal } from "../../api/problem";
import type { AgentDisposition, Callback, CancelReason } from "../../api/types";

/** A callback that changes oftener than this while something is done with it is left to the agent's next try. */
const TRIES = 4;

export function take(callback: Callback): Promise<Callback> {
  return insist(callback, (params) => api.POST("/api/desk/callbacks/{id}/take", { params }));
}

export function giveBack(callback: Callback): Promise<Callback> {
  return insist(callback, (params) => api.DELETE("/api/desk/callbacks/{id}/take", { params }));
}

export function raise(callback: Callback, raised: boolean): Promise<Callback> {
  return insist(callback, (params) => api.PUT("/api/desk/callbacks/{id}/raised", { params, body: { raised } }));
}

/** Refused where the callback has changed since the agent saw it: they decide again. */
export function cancel({ id, version }: Callback, reason: CancelReason): Promise<Callback> {
  return answer(api.POST("/api/desk/callbacks/{id}/cancel", { params: paramsOf(id, `"${version}"`), body: { reason } }));
}

/** What came of a call. `contact` is that of the phone here; none when the agent has rung with another. */
export async function complete(id: string, said: { disposition: AgentDisposition; notes: string; contact: string | undefined }): Promise<Callback> {
  const { disposition, contact } = said;
  const notes = said.notes.trim();
  const body = { disposition, ...(notes !== "" && { notes }), ...(contact !== undefined && { contact_id: contact }) };
  return insist({ id }, (params) => api.POST("/api/desk/callbacks/{id}/complete", { params, body }));
}

type Params = ReturnType<typeof paramsOf>;

function paramsOf(id: string, etag: string) {
  return { path: { id }, header: { "if-match": etag } };
}

/**
 * Does it, and once more on the callback as it is now where it has changed meanwhile: a call's record may come at any
 * moment, and whether the deed is still possible is the service's to say.
 */
async function insist(
  { id, version }: { id: string; version?: number },
  send: (params: Params) => Promise<{ data?: Callback; error?: unknown; response: Response }>,
): Promise<Callback> {
  let etag = version === undefined ? await etagOf(id) : `"${version}"`;
  for (let more = TRIES - 1; ; more -= 1) {
    try {
      return await answer(send(paramsOf(id, etag)));
    } catch (refused) {
      if (!(refused instanceof Refusal) || refused.status !== 412 || more === 0) throw refused;
    }
    etag = await etagOf(id);
  }
}

async function etagOf(id: string): Promise<string> {
  const { data, response } = await answered(api.GET("/api/desk/callbacks/{id}", { params: { path: { id } } }));
  return response.headers.get("ETag") ?? `"${data.version}"`;
}
