/** What operators do with letters. Each is refused where the letter has changed since they saw it: they decide again. */
import { answer, api } from "../../api/client";
import type { DiscardOrder, Foreseen, LetterDetail, Purpose, Replay, ReplayOrder, Revealed } from "../../api/types";

export const LONGEST_REASON = 300;

type Seen = Pick<LetterDetail, "id" | "version">;

function params({ id, version }: Seen) {
  return { path: { id }, header: { "if-match": `"${version}"` } };
}

/** Shows what is in it; the audit log keeps who looked and why. */
export function reveal(id: string, purpose: Purpose): Promise<Revealed> {
  return answer(api.POST("/api/dead-letters/{id}/reveal", { params: { path: { id } }, body: { purpose } }));
}

/** What would come of it, or of a draft in its place. Nothing is changed by asking. */
export function foresee(id: string, draft: string | null, signal: AbortSignal): Promise<Foreseen> {
  return answer(api.POST("/api/dead-letters/{id}/dry-run", { params: { path: { id } }, body: { message: draft }, signal }));
}

export function edit(letter: Seen, message: string, reason: string): Promise<LetterDetail> {
  return answer(api.PUT("/api/dead-letters/{id}/message", { params: params(letter), body: { message, reason } }));
}

export function replay(letter: Seen): Promise<LetterDetail> {
  return answer(api.POST("/api/dead-letters/{id}/replay", { params: params(letter) }));
}

export function replayMany(order: ReplayOrder): Promise<Replay> {
  return answer(api.POST("/api/dead-letters/replays", { body: order }));
}

export function discardMany(order: DiscardOrder): Promise<Replay> {
  return answer(api.POST("/api/dead-letters/discards", { body: order }));
}

export function stopReplay(id: string): Promise<Replay> {
  return answer(api.POST("/api/dead-letters/replays/{id}/stop", { params: { path: { id } } }));
}
