/** The one way to the API. Its paths, bodies and answers are generated from contracts/openapi.json. */
import createClient, { type Middleware } from "openapi-fetch";
import { currentSession, refused, type Session } from "../session/session";
import { Refusal } from "./problem";
import type { paths } from "./schema";

/** What is asked, to ask it again: a request can be read once. */
const asked = new Map<string, Request>();

const bearer: Middleware = {
  onRequest({ request, id }) {
    const session = currentSession();
    if (!session) return;
    request.headers.set("Authorization", bearing(session));
    asked.set(id, request.clone());
  },
  async onResponse({ request, response, id }) {
    const again = asked.get(id);
    asked.delete(id);
    const token = request.headers.get("Authorization")?.slice(BEARER.length);
    if (response.status !== 401 || !again || token === undefined || !(await refused(token))) return;
    // Whoever is refused for their token has changed nothing yet.
    const session = currentSession();
    if (session) again.headers.set("Authorization", bearing(session));
    return fetch(again);
  },
  onError({ id }) {
    asked.delete(id);
  },
};

export const api = createClient<paths>({ baseUrl: window.location.origin });
api.use(bearer);

const BEARER = "Bearer ";

function bearing({ token }: Session): string {
  return `${BEARER}${token}`;
}

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
