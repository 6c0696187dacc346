/** JSON, read with the place of everything in it: what is wrong is told by its line, and what is right is laid out
 *  for reading without a digit of it being changed. */

export type Kind = "object" | "array" | "string" | "number" | "boolean" | "null";

/** A value and where it stands: from `start` to before `end`. */
export interface Node {
  kind: Kind;
  start: number;
  end: number;
  /** Of a text, a number, true and false. */
  value?: string | number | boolean;
  /** Of an object, in the order in which they are written. */
  members?: { name: string; at: number; node: Node }[];
  /** Of a list. */
  items?: Node[];
}

/** Why a text is not JSON, and where it stops to be. */
export class Broken extends Error {
  readonly at: number;

  constructor(text: string, at: number) {
    super(text);
    this.at = at;
  }
}

/** Deeper than any message, and not as deep as the browser's stack. */
const DEEPEST = 200;

/** Reads it all, or throws [`Broken`]. */
export function read(text: string): Node {
  const reader = new Reader(text);
  const node = reader.value(0);
  reader.space();
  if (reader.at < text.length) throw new Broken("Something follows after the end of the message.", reader.at);
  return node;
}

/** The line that this place is on, from 1. */
export function lineAt(text: string, at: number): number {
  let line = 1;
  for (let next = text.indexOf("\n"); next >= 0 && next < at; next = text.indexOf("\n", next + 1)) line += 1;
  return line;
}

/** Laid out one member a line. Texts and numbers stay as they are written: a number need not fit ours. */
export function laidOut(text: string, { kind, start, end, members = [], items = [] }: Node, indent = ""): string {
  const deeper = `${indent}  `;
  if (kind === "object" && members.length > 0) {
    const lines = members.map(({ at, node }) => `${deeper}${text.slice(at, stringEnd(text, at))}: ${laidOut(text, node, deeper)}`);
    return `{\n${lines.join(",\n")}\n${indent}}`;
  }
  if (kind === "array" && items.length > 0) {
    // Short lists of numbers and the like on one line.
    if (items.every(({ kind: inner }) => inner !== "object" && inner !== "array")) return `[${items.map((item) => text.slice(item.start, item.end)).join(", ")}]`;
    return `[\n${items.map((item) => deeper + laidOut(text, item, deeper)).join(",\n")}\n${indent}]`;
  }
  if (kind === "object") return "{}";
  if (kind === "array") return "[]";
  return text.slice(start, end);
}

/** For reading: laid out if it is JSON, else as it is. */
export function readable(text: string): string {
  try {
    return laidOut(text, read(text));
  } catch (broken) {
    if (broken instanceof Broken) return text;
    throw broken;
  }
}

/** The place behind the closing quotation mark of the text that begins here. */
function stringEnd(text: string, at: number): number {
  let end = at + 1;
  while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
  return end + 1;
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORDS = [["true", true, "boolean"], ["false", false, "boolean"], ["null", undefined, "null"]] as const;

class Reader {
  at = 0;
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  space(): void {
    while (" \t\r\n".includes(this.#text[this.at] ?? "-")) this.at += 1;
  }

  value(depth: number): Node {
    this.space();
    const start = this.at;
    const first = this.#text[start];
    if (first === undefined) throw new Broken(start === 0 ? "The message is empty." : "The message ends here, and something is missing.", start);
    if (depth > DEEPEST) throw new Broken("This is nested too deep.", start);
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return { kind: "string", start, value: this.#string(), end: this.at };
    for (const [word, value, kind] of WORDS) {
      if (this.#text.startsWith(word, start)) {
        this.at += word.length;
        return { kind, start, end: this.at, ...(value !== undefined && { value }) };
      }
    }
    NUMBER.lastIndex = start;
    const number = NUMBER.exec(this.#text)?.[0];
    if (number === undefined) throw new Broken("A value is expected here: a text in quotation marks, a number, true, false, null, { or [.", start);
    this.at += number.length;
    return { kind: "number", start, end: this.at, value: Number(number) };
  }

  #object(depth: number): Node {
    const start = this.at;
    const members: NonNullable<Node["members"]> = [];
    this.#list("}", () => {
      const at = this.at;
      if (this.#text[at] !== '"') throw new Broken("The name of a field is expected here, in quotation marks.", at);
      const name = this.#string();
      this.space();
      if (this.#text[this.at] !== ":") throw new Broken(`A colon is missing after "${name}".`, this.at);
      this.at += 1;
      members.push({ name, at, node: this.value(depth + 1) });
    });
    return { kind: "object", start, end: this.at, members };
  }

  #array(depth: number): Node {
    const start = this.at;
    const items: Node[] = [];
    this.#list("]", () => items.push(this.value(depth + 1)));
    return { kind: "array", start, end: this.at, items };
  }

  /** What stands between two brackets, with commas between. */
  #list(close: string, one: () => void): void {
    const open = this.at;
    this.at += 1;
    this.space();
    if (this.#text[this.at] === close) {
      this.at += 1;
      return;
    }
    for (;;) {
      one();
      const end = this.at;
      this.space();
      const next = this.#text[this.at];
      if (next === undefined) throw new Broken(`This is not closed: a ${close} is missing.`, open);
      if (next === close) {
        this.at += 1;
        return;
      }
      // At the end of what lacks it: the next line is not to blame.
      if (next !== ",") throw new Broken(`A comma or a ${close} is missing here.`, end);
      const comma = this.at;
      this.at += 1;
      this.space();
      if (this.#text[this.at] === close) throw new Broken("This comma is one too many.", comma);
    }
  }

  #string(): string {
    const start = this.at;
    const end = stringEnd(this.#text, start);
    const raw = this.#text.slice(start, end);
    const line = raw.search(/[\n\r]/);
    if (end > this.#text.length || line >= 0) throw new Broken("The quotation mark that closes this text is missing.", start);
    this.at = end;
    try {
      return JSON.parse(raw) as string;
    } catch {
      throw new Broken("This text holds a character that has to be written otherwise.", start);
    }
  }
}
