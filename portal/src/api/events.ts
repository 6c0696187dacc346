/** Server-sent events, read by fetch: the browser's own EventSource cannot send who is asking. */

/** One event of the stream. */
export interface ServerEvent {
  id: string | undefined;
  name: string;
  data: string;
}

/** Cuts a stream of text into events, wherever the network cut it. */
export class EventReader {
  #rest = "";
  #name = "";
  #data: string[] = [];
  #id: string | undefined;

  /** The events that this piece completes. */
  read(piece: string): ServerEvent[] {
    const events: ServerEvent[] = [];
    const lines = (this.#rest + piece).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      const event = this.#line(line);
      if (event) events.push(event);
    }
    return events;
  }

  #line(line: string): ServerEvent | undefined {
    if (line === "") {
      const event = this.#data.length > 0 ? { id: this.#id, name: this.#name || "message", data: this.#data.join("\n") } : undefined;
      this.#name = "";
      this.#data = [];
      return event;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#name = value;
    else if (field === "data") this.#data.push(value);
    // A lasting property of the stream: events without an id of their own keep the last.
    else if (field === "id" && !value.includes("\0")) this.#id = value;
    return undefined;
  }
}
