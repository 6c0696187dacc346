/**
 * Amazon Connect's own phone: its contact control panel in a frame. The one file that knows Amazon Connect Streams;
 * loaded only where an agent uses it. (Streams, Documentation.md)
 *
 * The frame carries the voice, and a frame that is moved or taken away loads anew: it hangs on the page's body from
 * the first visit of the desk to the sign-out, whatever page is shown meanwhile.
 */
import "amazon-connect-streams";
import { Refusal } from "../api/problem";
import type { Call, Phone } from "../api/types";
import { currentSession, onSignOut } from "../session/session";
import type { PhoneAct, PhoneListener, Softphone } from "./softphone";

/** The attribute of a contact that says who is called. */
const RESIDENT = "residentId";
/** How often the panel is laid over its place again: what stands around it may have moved. */
const LAY_MS = 250;

let open: { name: string; phone: Softphone; close: () => void } | undefined;

/** The phone of whoever is signed in: one in a window, however often it is asked for. */
export function ccpPhone(ccpUrl: string): Softphone {
  const name = currentSession()?.name ?? "";
  if (open && open.name !== name) open.close();
  open ??= { name, ...start(ccpUrl) };
  return open.phone;
}

function start(ccpUrl: string) {
  const frame = document.createElement("div");
  frame.className = "ccp";
  document.body.append(frame);
  const control = new Control();
  connect.core.initCCP(frame, {
    ccpUrl,
    loginPopup: true,
    loginPopupAutoClose: true,
    softphone: { allowFramedSoftphone: true },
  });
  control.listen();
  const close = () => {
    stay();
    connect.core.terminate();
    frame.remove();
    open = undefined;
  };
  const stay = onSignOut(close);
  const phone: Softphone = {
    follow: (listener, signal) => control.follow(listener, signal),
    act: (act) => control.act(act),
    place: (slot) => lay(frame, slot),
  };
  return { phone, close };
}

/** Lays the frame over its place on the page. Nobody sees it on other pages; a call goes on there. */
function lay(frame: HTMLElement, slot: HTMLElement): () => void {
  const fit = () => {
    const { left, top, width, height } = slot.getBoundingClientRect();
    const [x, y] = [left + window.scrollX, top + window.scrollY];
    Object.assign(frame.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  };
  fit();
  frame.classList.add("shown");
  const observer = new ResizeObserver(fit);
  observer.observe(slot);
  observer.observe(document.body);
  const timer = setInterval(fit, LAY_MS);
  return () => {
    observer.disconnect();
    clearInterval(timer);
    frame.classList.remove("shown");
  };
}

/** What Streams tells, as the desk knows it. */
class Control {
  #listener: PhoneListener | undefined;
  #trouble: unknown;
  #status: Phone["status"] | undefined;
  /** By contact: its Contact objects go stale, and are looked up again. */
  readonly #calls = new Map<string, Call>();

  follow(listener: PhoneListener, signal: AbortSignal): void {
    this.#listener = listener;
    signal.addEventListener("abort", () => {
      if (this.#listener === listener) this.#listener = undefined;
    }, { once: true });
    listener.onTrouble(this.#trouble);
    this.#tell();
  }

  listen(): void {
    connect.core.onAuthFail(() => this.#stop("You are not signed in to Amazon Connect. Sign in there, in the window that opens or on its own page, then load this page again."));
    connect.core.onAccessDenied(() => this.#stop("Amazon Connect does not let this account use the phone, or does not know this page. Tell whoever runs this service."));
    connect.agent((agent) => {
      this.#agent(agent);
      agent.onRefresh((agent) => this.#agent(agent));
      agent.onStateChange(() => this.#agent(new connect.Agent()));
      agent.onSoftphoneError(() => this.#stop("The phone cannot use the microphone or the line. Allow the microphone for this page, then load it again."));
    });
    // Also for contacts that were there before this page was.
    connect.contact((contact) => {
      const note = (contact: connect.Contact) => this.#note(contact);
      note(contact);
      // Of queued callbacks the first word is `incoming`, before anybody accepts.
      contact.onIncoming(note);
      contact.onPending(note);
      contact.onConnecting(note);
      contact.onConnected(note);
      contact.onACW(note);
      contact.onEnded(note);
      contact.onMissed(note);
      contact.onRefresh(note);
      contact.onDestroy((contact) => {
        this.#calls.delete(contact.getContactId());
        this.#tell();
      });
    });
  }

  async act(act: PhoneAct): Promise<void> {
    if ("contact" in act) return this.#atCall(act);
    const agent = new connect.Agent();
    // An offer that passed, or a fault, is cleared before the next.
    await Promise.all(agent.getContacts().filter((contact) => gone(contact)).map((contact) => done((it) => contact.clear(it))));
    const type = { available: "routable", away: "not_routable", offline: "offline" }[act.act];
    const state = agent.getAgentStates().find((state) => String(state.type) === type);
    if (!state) throw new Refusal(409, "Amazon Connect has no such status for you. Tell whoever runs this service.");
    // During a call it holds from its end on.
    await done((it) => agent.setState(state, it, { enqueueNextState: true }));
  }

  async #atCall({ act, contact: id }: Extract<PhoneAct, { contact: string }>): Promise<void> {
    const contact = new connect.Agent().getContacts().find((contact) => contact.getContactId() === id);
    if (!contact) throw new Refusal(409, "This call is over.");
    switch (act) {
      case "accept":
        return done((it) => contact.accept(it));
      case "decline":
        return done((it) => contact.reject(it));
      case "hang-up":
        return done((it) => contact.getAgentConnection().destroy(it));
      case "wrapped-up":
        return done((it) => contact.clear(it));
    }
  }

  #agent(agent: connect.Agent): void {
    this.#trouble = undefined;
    this.#listener?.onTrouble(undefined);
    const status = statusOf(String(agent.getStatus().type));
    if (status) this.#status = status;
    this.#status ??= "away";
    this.#tell();
  }

  #note(contact: connect.Contact): void {
    const id = contact.getContactId();
    const state = stateOf(contact);
    if (!state) {
      this.#calls.delete(id);
    } else {
      const { timestamp } = contact.getStatus();
      const resident = contact.getAttributes()?.[RESIDENT]?.value;
      this.#calls.set(id, {
        contact_id: id,
        state,
        since: new Date(timestamp).toISOString(),
        accept_by: null,
        // Once known it stays: to the end of the work after the call.
        resident_id: resident ?? this.#calls.get(id)?.resident_id ?? null,
        callback_id: null,
      });
    }
    this.#tell();
  }

  #stop(detail: string): void {
    this.#trouble = new Refusal(409, detail);
    this.#listener?.onTrouble(this.#trouble);
  }

  #tell(): void {
    if (this.#status === undefined && this.#calls.size === 0) return;
    const [call = null] = this.#calls.values();
    this.#listener?.onPhone({ status: this.#status ?? "available", call });
  }
}

/** None where the state says only that there is a call. */
function statusOf(type: string): Phone["status"] | undefined {
  switch (type) {
    case "routable":
      return "available";
    case "not_routable":
      return "away";
    case "offline":
    case "init":
      return "offline";
    case "error":
      return "missed";
    default:
      return undefined;
  }
}

function stateOf(contact: connect.Contact): Call["state"] | undefined {
  switch (String(contact.getStatus().type)) {
    case "incoming":
    case "pending":
      return "incoming";
    case "connecting":
      // Of a queued callback this comes after it was accepted; of a call from outside before.
      return String(contact.getType()) !== "queue_callback" && contact.isInbound() ? "incoming" : "connecting";
    case "connected":
      return "connected";
    case "ended":
      return "wrap_up";
    default:
      return undefined;
  }
}

function gone(contact: connect.Contact): boolean {
  return ["missed", "rejected", "error"].includes(String(contact.getStatus().type));
}

/** Streams answers by two functions. */
function done(ask: (callbacks: connect.SuccessFailOptions) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    ask({
      success: () => resolve(),
      failure: () => reject(new Refusal(409, "Amazon Connect did not do it. Look at its panel.")),
    });
  });
}
