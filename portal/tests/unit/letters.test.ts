import { describe, expect, test } from "vitest";
import { Broken, laidOut, lineAt, read, readable } from "../../src/pages/operations/letter/json";
import { changed } from "../../src/pages/operations/letter/lines";
import { faults, fields, placeIn } from "../../src/pages/operations/letter/shape";
import { asSearch, asSelection, counted, EVERYTHING, idIn, isNarrow, type Query, readQuery, writeQuery } from "../../src/pages/operations/query";
import call from "../../../contracts/schemas/call_request.v1.schema.json";
import rows from "../../../contracts/schemas/rows_chunk.v1.schema.json";
import notice from "../../../contracts/schemas/notice.v2.schema.json";
import callExample from "../../../contracts/examples/call_request.v1.json?raw";
import noticeExample from "../../../contracts/examples/notice.v2.escalated.json?raw";
import rowsExample from "../../../contracts/examples/rows_chunk.v1.json?raw";

const NOW = new Date("2026-11-23T09:00:00Z");

describe("an address", () => {
  const query: Query = { queue: "rows", kind: "rows_chunk", cause: "line #, column #", resident: "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1", when: { last: 3600 }, state: "open" };

  test("says again what it was written for", () => {
    expect(readQuery(new URLSearchParams(writeQuery(query).toString()))).toEqual(query);
    const period: Query = { ...query, when: { from: "2026-11-22T00:00:00.000Z", until: "2026-11-23T00:00:00.000Z" } };
    expect(readQuery(writeQuery(period))).toEqual(period);
    expect(writeQuery(EVERYTHING).toString()).toBe("");
    expect(isNarrow(EVERYTHING)).toBe(false);
  });

  test("that somebody has written by hand is not sent on", () => {
    const read = readQuery(new URLSearchParams("state=lost&resident=Ada&last=-3&from=yesterday&until=2026-11-23"));
    expect(read).toEqual(EVERYTHING);
  });

  test("becomes a question to the service, and what a replay of all is to send", () => {
    const filter = { queue: "rows", kind: "rows_chunk", cause: "line #, column #", resident_id: "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1", parked_from: "2026-11-23T08:00:00.000Z" };
    expect(asSearch(query, NOW)).toEqual({ ...filter, state: "open" });
    expect(asSelection(query, NOW)).toEqual(filter);
    expect(asSearch(EVERYTHING, NOW)).toEqual({});
  });

  test("of a resident's page is taken for their id", () => {
    expect(idIn("https://portal.example/residents/6F9C1D52-4f1e-5c0a-9d3b-21a760b844c1?x")).toBe("6f9c1d52-4f1e-5c0a-9d3b-21a760b844c1");
    expect(idIn("6f9c1d52")).toBeUndefined();
  });
});

test("letters are counted as the service will find them, or not at all", () => {
  const groups = [
    { source: "rows", kind: "rows_chunk", cause: "The file is gone", letters: 3, replaying: 1 },
    { source: "call_requests", kind: "call_request", cause: "broken at line #", letters: 5, replaying: 0 },
  ];
  expect(counted(EVERYTHING, groups)).toBe(7);
  expect(counted({ ...EVERYTHING, cause: "FILE is" }, groups)).toBe(2);
  expect(counted({ ...EVERYTHING, queue: "rows", kind: "call_request" }, groups)).toBe(0);
  expect(counted({ ...EVERYTHING, when: { last: 60 } }, groups)).toBeUndefined();
});

describe("JSON", () => {
  test("is laid out without a digit being changed", () => {
    const text = '{"a":12345678901234567890,"b":[1.0,2],"c":{},"d":[{"e":"\\u00e9"}],"f":[]}';
    expect(readable(text)).toBe('{\n  "a": 12345678901234567890,\n  "b": [1.0, 2],\n  "c": {},\n  "d": [\n    {\n      "e": "\\u00e9"\n    }\n  ],\n  "f": []\n}');
    expect(readable(readable(text))).toBe(readable(text));
    expect(JSON.parse(readable(text))).toEqual(JSON.parse(text));
    expect(laidOut("7", read("7"))).toBe("7");
  });

  test("that is broken stays as it is", () => {
    expect(readable('{"a": ')).toBe('{"a": ');
  });

  test.each([
    ["", 1, "is empty"],
    ['{\n"a": 1\n"b": 2\n}', 2, "A comma or a }"],
    ['{\n"a": 1,\n}', 2, "one too many"],
    ['{\n"a" 1}', 2, "A colon is missing"],
    ['{\n"a": "x\n}', 2, "quotation mark that closes"],
    ["{\n a: 1}", 2, "name of a field"],
    ["[1, 2\n", 1, "not closed"],
    ['{"a": 1}\n{}', 2, "after the end"],
    ['{"a": yes}', 1, "A value is expected"],
    ['["\\x"]', 1, "written otherwise"],
    ['{"a":', 1, "something is missing"],
  ])("%j is broken in line %d", (text, line, why) => {
    const [first, ...more] = faults(text, null);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ line, field: "" });
    expect(first?.text).toContain(why);
    expect(() => JSON.parse(text) as unknown).toThrow();
  });

  test("that is nested without end is refused and does not end the page", () => {
    expect(() => read("[".repeat(100_000))).toThrow(Broken);
  });

  test("lines are counted from 1", () => {
    expect([0, 1, 2, 3].map((at) => lineAt("a\nb\n", at))).toEqual([1, 1, 2, 2]);
  });
});

describe("the form of a message", () => {
  test("our own examples have it", () => {
    expect(faults(callExample, call)).toEqual([]);
    expect(faults(rowsExample, rows)).toEqual([]);
    expect(faults(noticeExample, notice)).toEqual([]);
  });

  const edited = (from: string, to: string) => {
    expect(callExample).toContain(from);
    return faults(callExample.replace(from, to), call);
  };

  test("what is wrong is told by field and line", () => {
    expect(edited('"version": 1', '"version": 2')).toEqual([{ line: 10, field: "version", text: "It has to be 1." }]);
    expect(edited('"19465ba9-d734-5dd9-9312-4c5f4bbf65a8"', '"Ada"')).toMatchObject([{ line: 5, field: "body.resident", text: expect.stringContaining("an id such as") as string }]);
    expect(edited('"2026-11-23T09:11:00Z"', "7")).toEqual([{ line: 3, field: "body.expires_at", text: "It has to be a text in quotation marks, and is a number." }]);
  });

  test("a name that is nearly right is recognised, and told once", () => {
    expect(edited('"expires_at"', '"expires"')).toEqual([{ line: 3, field: "body", text: '"expires" is not known here. Is "expires_at" meant?' }]);
    expect(edited('"resident"', '"residnet"')).toMatchObject([{ text: '"residnet" is not known here. Is "resident" meant?' }]);
    expect(edited('"resident"', '"colour"')).toMatchObject([{ line: 2, text: '"resident" is missing.' }, { line: 5, text: '"colour" is not known here.' }]);
  });

  test("of several forms the nearest is told", () => {
    expect(faults(rowsExample.replace('"version": "L4kqtJlcpXroDTDmpUMLUo"', '"version": 5'), rows)).toEqual([{ line: 32, field: "body.upload.form.version", text: "It has to be a text in quotation marks, and is a number." }]);
  });

  test("the same field twice is told", () => {
    expect(edited('"request":', '"resident":')).toMatchObject([{ text: '"request" is missing.' }, { field: "body", text: '"resident" stands here twice.' }]);
  });

  test("the place that a handler names is found, also within the body", () => {
    const text = '{\n  "version": 1,\n  "body": {\n    "request": "é",\n    "expires_at": "soon"\n  }\n}';
    expect(placeIn(text, "the body of this call_request is not of the expected form (line 3, column 24 of the body)")).toEqual({ line: 5, field: "body.expires_at" });
    expect(placeIn(text, "broken JSON at line 2, column 5")).toEqual({ line: 2, field: "version" });
    expect(placeIn("{", "broken JSON at line 1, column 1")).toEqual({ line: 1, field: "" });
    expect(placeIn(text, "the file is gone")).toBeUndefined();
    expect(placeIn("{}", "line 1, column 1 of the body")).toBeUndefined();
  });

  test("its fields are explained", () => {
    expect(fields(call)).toContainEqual({ field: "body.expires_at", type: "a text in quotation marks", required: true, meaning: "When the order is void." });
    expect(fields(call).find(({ field }) => field === "trace")).toMatchObject({ required: false });
    expect(fields(null)).toEqual([]);
  });
});

describe("lines that differ", () => {
  const marked = (before: string, after: string) => changed(before.split(""), after.split(""));

  test("are those without a partner", () => {
    expect(marked("abc", "abc")).toEqual({ before: [false, false, false], after: [false, false, false] });
    expect(marked("abc", "axc").after).toEqual([false, true, false]);
    expect(marked("abcd", "bxd")).toEqual({ before: [true, false, true, false], after: [false, true, false] });
    expect(marked("ac", "abc")).toEqual({ before: [false, false], after: [false, true, false] });
    expect(marked("aa", "aaa").after.filter(Boolean)).toHaveLength(1);
  });

  test("are not looked for one by one in very long texts", () => {
    const long = Array.from({ length: 3000 }, (_, at) => `${at}`);
    const other = ["first", ...long.map((line) => `${line}!`), "last"];
    expect(changed(["first", ...long, "last"], other).after.filter(Boolean)).toHaveLength(3000);
  });
});
