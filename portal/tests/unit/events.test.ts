import { expect, test } from "vitest";
import { EventReader } from "../../src/api/events";

const STREAM = ': hello\r\nid: 7\r\nevent: overview\r\ndata: {"a":\r\ndata: 1}\r\n\r\ndata: später\n\nevent: nothing\n\nretry: 5\nid:8\ndata\n\n';
const EVENTS = [
  { id: "7", name: "overview", data: '{"a":\n1}' },
  { id: "7", name: "message", data: "später" },
  { id: "8", name: "message", data: "" },
];

test("events arrive whole wherever the network cuts the stream", () => {
  for (let cut = 0; cut <= STREAM.length; cut += 1) {
    const reader = new EventReader();
    const events = [...reader.read(STREAM.slice(0, cut)), ...reader.read(STREAM.slice(cut))];
    expect(events, `cut at ${cut}`).toEqual(EVENTS);
  }
  const reader = new EventReader();
  expect([...STREAM].flatMap((sign) => reader.read(sign))).toEqual(EVENTS);
});
