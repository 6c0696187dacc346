/** Names for what the API answers. All of them are taken from contracts/openapi.json: there is no second model. */
import type { paths } from "./schema";

type Method = "get" | "post" | "put" | "patch" | "delete";

/** What an endpoint answers when all is well. */
export type Answer<P extends keyof paths, M extends Method> = paths[P][M] extends {
  responses: { 200: { content: { "application/json": infer T } } };
}
  ? T
  : never;

/** What an endpoint wants in the body. */
export type Body<P extends keyof paths, M extends Method> = paths[P][M] extends {
  requestBody: { content: { "application/json": infer T } };
}
  ? T
  : never;

export type Config = Answer<"/api/config", "get">;
export type Me = Answer<"/api/me", "get">;
export type Group = Me["groups"][number];

export type Overview = Answer<"/api/overview", "get">;
export type Dialing = Answer<"/api/dialing", "get">;
export type History = Answer<"/api/overview/history", "get">;

export type DayAccount = Answer<"/api/ledger/{date}", "get">;
export type DayPerson = Answer<"/api/ledger/{date}/residents", "get">["items"][number];

export type WaitingSpan = Answer<"/api/overview/waiting", "get">["spans"][number];

export type Search = Body<"/api/residents/search", "post">;
export type ResidentPage = Answer<"/api/residents/search", "post">;
export type Summary = ResidentPage["items"][number];
export type Detail = Answer<"/api/residents/{id}", "get">;
export type Note = Detail["staff_notes"][number];
export type DayState = Summary["state"];
export type LeavingReason = Body<"/api/residents/{id}", "delete">["reason"];
export type ErasureReason = Body<"/api/residents/{id}/erasure", "post">["reason"];
export type Why = Answer<"/api/residents/{id}/why", "get">;
export type AttemptPage = Answer<"/api/residents/{id}/attempts", "get">;
export type Attempt = AttemptPage["items"][number];
export type Disposition = Attempt["disposition"];
export type Day = Answer<"/api/residents/{id}/days", "get">[number];

export type Suppression = Answer<"/api/suppressions", "get">["items"][number];
export type ResidentSuppression = Detail["suppressions"][number];
export type LiftReason = Body<"/api/suppressions/{id}/lift", "post">["reason"];

export type Preview = Answer<"/api/uploads/{id}/preview", "get">;
export type StoredRow = Preview["first"][number];
export type Remark = Preview["bad"][number];
export type Batch = Answer<"/api/batches/{id}", "get">;
export type Stage = Batch["stage"];
export type RemarkKind = paths["/api/batches/{id}/notes"]["get"]["parameters"]["query"]["kind"];
export type Undoing = Answer<"/api/batches/{id}/undo", "post">;

export type Desk = Answer<"/api/desk", "get">;
export type Phone = NonNullable<Desk["phone"]>;
export type Call = NonNullable<Phone["call"]>;
export type Callback = Answer<"/api/desk/callbacks/{id}", "get">;
export type AgentDisposition = Body<"/api/desk/callbacks/{id}/complete", "post">["disposition"];
export type CancelReason = Body<"/api/desk/callbacks/{id}/cancel", "post">["reason"];

export type Worklist = Answer<"/api/escalations", "get">;
export type Escalation = Answer<"/api/escalations/{id}", "get">;
export type RungTold = Escalation["told"][number];
export type AllClearHow = Body<"/api/escalations/{id}/all-clear", "post">["how"];

export type Queue = Answer<"/api/queues", "get">[number];
export type LetterPage = Answer<"/api/dead-letters", "get">;
export type Letter = LetterPage["items"][number];
export type LetterState = "open" | "replaying" | "applied" | "discarded";
export type LetterSearch = NonNullable<paths["/api/dead-letters"]["get"]["parameters"]["query"]>;
export type LetterGroup = Answer<"/api/dead-letters/groups", "get">[number];
export type LetterDetail = Answer<"/api/dead-letters/{id}", "get">;
export type LetterEvent = LetterDetail["history"][number];
export type Purpose = Body<"/api/dead-letters/{id}/reveal", "post">["purpose"];
export type Revealed = Answer<"/api/dead-letters/{id}/reveal", "post">;
export type Content = Revealed["message"];
export type Foreseen = Answer<"/api/dead-letters/{id}/dry-run", "post">;
export type Replay = Answer<"/api/dead-letters/replays/{id}", "get">;
export type DiscardOrder = Body<"/api/dead-letters/discards", "post">;
export type ReplayOrder = Body<"/api/dead-letters/replays", "post">;
/** What is not asked for is left out. */
export type LetterSelection = { [K in keyof NonNullable<ReplayOrder["matching"]>]?: NonNullable<NonNullable<ReplayOrder["matching"]>[K]> };
export type AuditPage = Answer<"/api/audit", "get">;
export type AuditEntry = AuditPage["items"][number];
export type User = Answer<"/api/users", "get">["items"][number];
