/** Whether a message has the form that its handler wants, by the JSON Schema that the service gives along: the words
 *  that our schemas use. A compiler of schemas would need eval, which the content security policy forbids. */
import { Broken, type Kind, lineAt, type Node, read } from "./json";

/** Something that is wrong, and where. */
export interface Fault {
  line: number;
  /** The field, as in `body.resident`; none for the message as a whole. */
  field: string;
  text: string;
}

/** What a field is for. */
export interface Field {
  field: string;
  type: string;
  required: boolean;
  meaning: string;
}

interface Schema {
  $ref?: string;
  $defs?: Record<string, Schema>;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  prefixItems?: Schema[];
  oneOf?: Schema[];
  anyOf?: Schema[];
  allOf?: Schema[];
  const?: unknown;
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  description?: string;
}

const KINDS: Record<string, string> = {
  object: "an object { … }", array: "a list [ … ]", string: "a text in quotation marks", number: "a number", integer: "a whole number", boolean: "true or false", null: "null",
};

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** All that is wrong with this message, by line. Without a schema it need only be JSON. */
export function faults(text: string, schema: unknown): Fault[] {
  let node: Node;
  try {
    node = read(text);
  } catch (broken) {
    if (!(broken instanceof Broken)) throw broken;
    return [{ line: lineAt(text, broken.at), field: "", text: broken.message }];
  }
  const checker = new Checker(asSchema(schema));
  checker.check(node, checker.root, "");
  const all = checker.found.map(({ at, ...rest }) => ({ line: lineAt(text, at), ...rest }));
  return all.toSorted((a, b) => a.line - b.line);
}

/** How our readers of messages name a place: of the whole text, or of the value of its member `body`. */
const PLACE = /line (\d+), column (\d+)( of the body)?/;

/** The line, and the field if there is one, of the place that a handler's reason names. It has stopped behind what it
 *  could not read. */
export function placeIn(text: string, reason: string): { line: number; field: string } | undefined {
  const [, line, column, ofBody] = PLACE.exec(reason) ?? [];
  if (line === undefined) return undefined;
  let node: Node | undefined;
  try {
    node = read(text);
  } catch (broken) {
    if (!(broken instanceof Broken)) throw broken;
  }
  const body = node?.members?.find(({ name }) => name === "body")?.node;
  if (ofBody && !body) return undefined;
  const start = ofBody && body ? body.start : 0;
  const lines = text.slice(start).split("\n");
  const before = lines.slice(0, Number(line) - 1).reduce((sum, one) => sum + one.length + 1, 0);
  const at = Math.min(start + before + Math.max(0, Number(column) - 1), text.length);
  return { line: lineAt(text, at), field: node ? fieldAt(node, at, "") : "" };
}

/** The innermost field that this place is in or right behind. */
function fieldAt({ members, items }: Node, at: number, field: string): string {
  const inner = members?.find((member) => member.at <= at && at <= member.node.end);
  if (inner) return fieldAt(inner.node, at, inside(field, inner.name));
  const item = items?.findIndex(({ start, end }) => start <= at && at <= end) ?? -1;
  const found = items?.[item];
  return found ? fieldAt(found, at, `${field}[${item}]`) : field;
}

/** The fields of a message and what they are for, in the order of reading. */
export function fields(schema: unknown): Field[] {
  const checker = new Checker(asSchema(schema));
  return checker.fields(checker.root, "", 0);
}

function asSchema(schema: unknown): Schema {
  return typeof schema === "object" && schema !== null ? (schema as Schema) : {};
}

class Checker {
  readonly root: Schema;
  found: { at: number; field: string; text: string }[] = [];

  constructor(root: Schema) {
    this.root = root;
  }

  check(node: Node, given: Schema, field: string): void {
    const schema = this.#resolved(given);
    const say = (text: string, at = node.start) => this.found.push({ at, field, text });
    if (schema.type !== undefined && !fits(node, schema.type)) {
      say(`It has to be ${[schema.type].flat().map((type) => KINDS[type] ?? type).join(" or ")}, and is ${KINDS[node.kind]}.`);
      return;
    }
    for (const part of schema.allOf ?? []) this.check(node, part, field);
    this.#oneOf(node, schema, field);
    const value = node.kind === "null" ? null : node.value;
    if (schema.const !== undefined && value !== schema.const) say(`It has to be ${JSON.stringify(schema.const)}.`);
    if (schema.enum && !schema.enum.includes(value)) say(`It has to be one of ${schema.enum.map((it) => JSON.stringify(it)).join(", ")}.`);
    if (typeof value === "string") {
      if (schema.format === "uuid" && !UUID.test(value)) say("It has to be an id such as 19465ba9-d734-5dd9-9312-4c5f4bbf65a8.");
      if (schema.minLength !== undefined && value.length < schema.minLength) say(`It needs ${schema.minLength} characters or more.`);
      if (schema.maxLength !== undefined && value.length > schema.maxLength) say(`It may have ${schema.maxLength} characters at most.`);
    }
    if (typeof value === "number") {
      if (schema.minimum !== undefined && value < schema.minimum) say(`It has to be ${schema.minimum} or more.`);
      if (schema.maximum !== undefined && value > schema.maximum) say(`It has to be ${schema.maximum} or less.`);
    }
    if (node.items) this.#items(node.items, schema, field, say);
    if (node.members) this.#members(node, schema, field, say);
  }

  #items(items: Node[], schema: Schema, field: string, say: (text: string) => void): void {
    if (schema.minItems !== undefined && items.length < schema.minItems) say(`It needs ${schema.minItems} entries or more.`);
    if (schema.maxItems !== undefined && items.length > schema.maxItems) say(`It may have ${schema.maxItems} entries at most.`);
    items.forEach((item, at) => {
      const inner = schema.prefixItems?.[at] ?? schema.items;
      if (inner) this.check(item, inner, `${field}[${at}]`);
    });
  }

  #members({ members = [] }: Node, schema: Schema, field: string, say: (text: string, at?: number) => void): void {
    const known = Object.keys(schema.properties ?? {});
    const missing = (schema.required ?? []).filter((name) => !members.some((member) => member.name === name));
    const seen = new Set<string>();
    for (const { name, at, node } of members) {
      if (seen.has(name)) say(`"${name}" stands here twice.`, at);
      seen.add(name);
      const inner = schema.properties?.[name];
      if (inner) this.check(node, inner, inside(field, name));
      else if (schema.additionalProperties === false) {
        const meant = nearest(name, missing) ?? nearest(name, known);
        // Then it is not missing either: it is there under another name.
        if (meant !== undefined && missing.includes(meant)) missing.splice(missing.indexOf(meant), 1);
        say(meant === undefined ? `"${name}" is not known here.` : `"${name}" is not known here. Is "${meant}" meant?`, at);
      } else if (typeof schema.additionalProperties === "object") this.check(node, schema.additionalProperties, inside(field, name));
    }
    for (const name of missing) say(`"${name}" is missing.`);
  }

  /** At least one has to fit; else the faults of that which fits best are told. */
  #oneOf(node: Node, { oneOf, anyOf }: Schema, field: string): void {
    for (const choices of [oneOf, anyOf]) {
      if (!choices) continue;
      const tried = choices.map((choice) => {
        const alone = new Checker(this.root);
        alone.check(node, choice, field);
        return alone.found;
      });
      const best = tried.reduce((least, one) => (one.length < least.length ? one : least), tried[0] ?? []);
      this.found.push(...best);
    }
  }

  fields(given: Schema, field: string, depth: number): Field[] {
    // Schemas may contain themselves.
    if (depth > 6) return [];
    const schema = this.#resolved(given);
    const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => {
      const at = inside(field, name);
      const { type, format, description = "", const: only, oneOf, anyOf } = this.#resolved(inner);
      const kind = only !== undefined ? JSON.stringify(only) : format === "uuid" ? "an id" : [type ?? []].flat().filter((it) => it !== "null").map((it) => KINDS[it] ?? it).join(" or ");
      const required = schema.required?.includes(name) ?? false;
      const meaning = inner.description ?? description;
      return [{ field: at, type: oneOf || anyOf ? "one of several forms" : kind, required, meaning }, ...this.fields(inner, at, depth + 1)];
    });
    return [...own, ...[...(schema.oneOf ?? []), ...(schema.anyOf ?? [])].flatMap((choice) => this.fields(choice, field, depth + 1))];
  }

  #resolved(schema: Schema): Schema {
    const name = schema.$ref?.replace("#/$defs/", "");
    const meant = name === undefined ? undefined : this.root.$defs?.[name];
    return meant ? this.#resolved(meant) : schema;
  }
}

function inside(field: string, name: string): string {
  return field === "" ? name : `${field}.${name}`;
}

function fits(node: Node, type: string | string[]): boolean {
  return [type].flat().some((one) => (one === "integer" ? node.kind === "number" && Number.isInteger(node.value) : (one as Kind) === node.kind));
}

/** The name that was probably meant, if one is near: "expires" is near "expires_at", and "residnet" near "resident". */
function nearest(name: string, names: readonly string[]): string | undefined {
  const bare = (it: string) => it.toLowerCase().replace(/[^a-z0-9]/g, "");
  const ranked = names.map((it) => ({ it, far: bare(it).startsWith(bare(name)) && name.length > 2 ? 1 : distance(bare(name), bare(it)) })).toSorted((a, b) => a.far - b.far);
  const best = ranked[0];
  return best && best.far <= Math.max(1, Math.floor(name.length / 3)) ? best.it : undefined;
}

/** How many letters have to be changed, put in or taken out. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
