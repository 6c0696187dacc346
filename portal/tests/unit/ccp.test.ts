/** Amazon Connect's phone as Streams tells of it, with a stand-in for Streams that is told what happens. */
import { beforeEach, expect, test, vi } from "vitest";
import type { Phone } from "../../src/api/types";
import type { Softphone } from "../../src/desk/softphone";

vi.mock("amazon-connect-streams", () => ({}));

type Handler = (about: unknown) => void;

/** A contact of Streams: what it is, and what was asked of it. */
class Contact {
  readonly asked: string[] = [];
  readonly #handlers = new Map<string, Handler>();
  state = "incoming";
  constructor(readonly id: string, readonly type: string, readonly attributes: Record<string, { name: string; value: string }>) {
    for (const on of ["Incoming", "Pending", "Connecting", "Connected", "ACW", "Ended", "Missed", "Refresh", "Destroy"]) {
      Object.assign(this, { [`on${on}`]: (handler: Handler) => this.#handlers.set(on, handler) });
    }
    for (const verb of ["accept", "reject", "clear"]) Object.assign(this, { [verb]: this.#ask(verb) });
  }
  getContactId = () => this.id;
  getType = () => this.type;
  isInbound = () => false;
  getStatus = () => ({ type: this.state, timestamp: new Date("2026-11-23T09:00:00Z") });
  getAttributes = () => this.attributes;
  getAgentConnection = () => ({ destroy: this.#ask("destroy") });

  /** Streams tells that it is so now. */
  becomes(state: string, event: string): void {
    this.state = state;
    this.#handlers.get(event)?.(this);
  }

  #ask(verb: string) {
    return ({ success }: { success: () => void }) => {
      this.asked.push(verb);
      success();
    };
  }
}

const STATES = [{ type: "offline", name: "Offline" }, { type: "not_routable", name: "Lunch" }, { type: "routable", name: "Available" }];

class Agent {
  static state = "offline";
  static contacts: Contact[] = [];
  static asked: { name: string; later: boolean }[] = [];
  static refuses = false;
  onRefresh = () => undefined;
  onStateChange = () => undefined;
  onSoftphoneError = () => undefined;
  getStatus = () => ({ type: Agent.state });
  getContacts = () => Agent.contacts;
  getAgentStates = () => STATES;
  setState = ({ name }: { name: string }, { success, failure }: { success: () => void; failure: () => void }, { enqueueNextState }: { enqueueNextState: boolean }) => {
    if (Agent.refuses) return failure();
    Agent.asked.push({ name, later: enqueueNextState });
    success();
  };
}

let onContact: Handler = () => undefined;
let onAgent: Handler = () => undefined;
let onAuthFail: () => void = () => undefined;
const began: { ccpUrl: string }[] = [];

let seen: Phone[];
let troubles: unknown[];
let softphone: Softphone;

beforeEach(async () => {
  vi.resetModules();
  Object.assign(Agent, { state: "offline", contacts: [], asked: [], refuses: false });
  began.length = 0;
  vi.stubGlobal("sessionStorage", { getItem: () => null, setItem: () => undefined, removeItem: () => undefined });
  vi.stubGlobal("document", { createElement: () => ({ classList: { add: () => undefined, remove: () => undefined } }), body: { append: () => undefined } });
  vi.stubGlobal("connect", {
    core: {
      initCCP: (_: unknown, options: { ccpUrl: string }) => began.push(options),
      onAuthFail: (handler: () => void) => { onAuthFail = handler; },
      onAccessDenied: () => undefined,
      terminate: () => undefined,
    },
    agent: (handler: Handler) => { onAgent = handler; },
    contact: (handler: Handler) => { onContact = handler; },
    Agent,
  });
  const { ccpPhone } = await import("../../src/desk/ccp");
  softphone = ccpPhone("https://example.my.connect.aws/ccp-v2/");
  seen = [];
  troubles = [];
  softphone.follow({ onPhone: (phone) => seen.push(phone), onTrouble: (trouble) => troubles.push(trouble) }, new AbortController().signal);
  expect(ccpPhone("https://example.my.connect.aws/ccp-v2/"), "one in a window").toBe(softphone);
});

function offered(): Contact {
  onAgent(new Agent());
  const contact = new Contact("c-1", "queue_callback", { residentId: { name: "residentId", value: "r-1" } });
  Agent.contacts = [contact];
  onContact(contact);
  return contact;
}

test("a queued callback is told with its resident before it is accepted, and stays until it is destroyed", () => {
  Agent.state = "routable";
  const contact = offered();
  const told = () => [seen.at(-1)?.status, seen.at(-1)?.call?.state, seen.at(-1)?.call?.resident_id];
  expect(told()).toEqual(["available", "incoming", "r-1"]);
  contact.becomes("connecting", "Connecting");
  expect(told()).toEqual(["available", "connecting", "r-1"]);
  contact.becomes("connected", "Connected");
  expect(told()).toEqual(["available", "connected", "r-1"]);
  contact.becomes("ended", "ACW");
  expect(told()).toEqual(["available", "wrap_up", "r-1"]);
  contact.becomes("ended", "Destroy");
  expect(seen.at(-1)).toEqual({ status: "available", call: null });
  expect(began).toEqual([expect.objectContaining({ ccpUrl: "https://example.my.connect.aws/ccp-v2/", softphone: { allowFramedSoftphone: true } })]);
});

test("an offer that passed is told as missed, and cleared before the next", async () => {
  Agent.state = "routable";
  const contact = offered();
  Agent.state = "error";
  onAgent(new Agent());
  contact.becomes("missed", "Missed");
  expect(seen.at(-1)).toEqual({ status: "missed", call: null });
  await softphone.act({ act: "available" });
  expect(contact.asked).toEqual(["clear"]);
  expect(Agent.asked).toEqual([{ name: "Available", later: true }]);
});

test("what is done at the desk is done at Amazon Connect's phone", async () => {
  const contact = offered();
  await softphone.act({ act: "accept", contact: "c-1" });
  await softphone.act({ act: "hang-up", contact: "c-1" });
  await softphone.act({ act: "wrapped-up", contact: "c-1" });
  await softphone.act({ act: "decline", contact: "c-1" });
  expect(contact.asked).toEqual(["accept", "destroy", "clear", "reject"]);
  await expect(softphone.act({ act: "accept", contact: "c-2" })).rejects.toMatchObject({ status: 409 });
  await softphone.act({ act: "away" });
  expect(Agent.asked).toEqual([{ name: "Lunch", later: true }]);
  Agent.refuses = true;
  await expect(softphone.act({ act: "offline" })).rejects.toMatchObject({ status: 409 });
});

test("whoever is not signed in at Amazon Connect is told, until they are", () => {
  onAuthFail();
  expect(troubles.at(-1)).toMatchObject({ status: 409 });
  onAgent(new Agent());
  expect(troubles.at(-1)).toBeUndefined();
  expect(seen.at(-1)).toEqual({ status: "offline", call: null });
});
