/** The one way to the API. Its paths, bodies and answers are generated from contracts/openapi.json. */
import createClient, { type Middleware } from "openapi-fetch";
import { currentSession, endSession } from "../session/session";
import { Refusal } from "./problem";
import type { paths } from "./schema";

const bearer: Middleware = {
  onRequest({ request }) {
    const session = currentSession();
    if (session) request.headers.set("Authorization", `Bearer ${session.token}`);
  },
  onResponse({ request, response }) {
    // The service decides when a session is over: its clock is the one that counts. An answer to a session
    // that has been replaced since says nothing about the present one.
    const sent = request.headers.get("Authorization");
    const session = currentSession();
    if (response.status === 401 && session && sent === `Bearer ${session.token}`) endSession("expired");
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(bearer);

/** What a call of [`api`] comes to. */
interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The answer, or a [`Refusal`] thrown. */
export async function answer<T>(call: Promise<Outcome<T>>): Promise<T> {
  return (await answered(call)).data;
}

/** The answer with its headers, or a [`Refusal`] thrown. */
export async function answered<T>(call: Promise<Outcome<T>>): Promise<{ data: T; response: Response }> {
  let outcome: Outcome<T>;
  try {
    outcome = await call;
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === "AbortError") throw failure;
    throw new Refusal(0);
  }
  if (!outcome.response.ok) throw Refusal.of(outcome.response.status, outcome.error);
  // Some answers have no body; their callers ask for none.
  return { data: outcome.data as T, response: outcome.response };
}
