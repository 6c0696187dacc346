/** What the API says when it does not do what was asked, and how that is told to a person. */
import { sentence } from "../ui/words";

interface FieldError {
  field: string;
  found?: string | null;
  expected: string;
}

/** An answer that is not the one that was wanted: `status` 0 when there was none at all. */
export class Refusal extends Error {
  readonly status: number;
  readonly detail: string | undefined;
  readonly fields: readonly FieldError[];

  constructor(status: number, detail?: string, fields: readonly FieldError[] = []) {
    super(`refused with ${status}`);
    this.status = status;
    this.detail = detail;
    this.fields = fields;
  }

  /** From an answer's body: a problem (RFC 9457), or whatever stands between us and the service sent instead. */
  static of(status: number, body: unknown): Refusal {
    if (typeof body !== "object" || body === null) return new Refusal(status);
    const { detail, errors } = body as { detail?: unknown; errors?: unknown };
    return new Refusal(
      status,
      typeof detail === "string" && detail !== "" ? detail : undefined,
      Array.isArray(errors) ? (errors as FieldError[]) : [],
    );
  }

  /** What is wrong with this field of a form, if that is why. */
  about(field: string): string | undefined {
    const wrong = this.fields.find((error) => error.field === field || error.field.endsWith(`.${field}`));
    return wrong && sentence(wrong.expected);
  }
}

/** For people: what happened, and what they can do. */
export interface Told {
  title: string;
  text: string;
}

/** Any failure, told in plain words. */
export function told(failure: unknown): Told {
  if (!(failure instanceof Refusal)) {
    return { title: "Something went wrong on this page", text: "Reload the page. If it happens again, tell whoever runs this service." };
  }
  const { title, text } = general(failure.status);
  return { title, text: failure.detail ? sentence(failure.detail) : text };
}

function general(status: number): Told {
  switch (status) {
    case 0:
      return { title: "The service cannot be reached", text: "Check your connection, then try again." };
    case 400:
    case 422:
      return { title: "This was not accepted", text: "Check what you entered, then try again." };
    case 401:
      return { title: "You are signed out", text: "Sign in again to go on." };
    case 403:
      return { title: "You may not do this", text: "Your account does not have this right. Ask an operator if you need it." };
    case 404:
      return { title: "Not found", text: "It does not exist, or somebody has removed it." };
    case 409:
      return { title: "This does not fit what is there", text: "Look at it again, then decide." };
    case 412:
      return { title: "This has changed meanwhile", text: "Somebody else has changed it, or a call has. Nothing was overwritten. Look at it as it is now, then try again." };
    case 413:
      return { title: "This is too much at once", text: "Send less, or in parts." };
    case 429:
      return { title: "Too many tries", text: "Wait a minute, then try again." };
    case 501:
      return { title: "Not possible here", text: "This installation cannot do it." };
    default:
      return { title: "The service has a problem", text: "Nothing you did wrong. Try again in a moment." };
  }
}
