import { beforeAll, expect, test, vi } from "vitest";

let ServiceTime: typeof import("../../src/desk/service-time").ServiceTime;
beforeAll(async () => {
  vi.stubGlobal("sessionStorage", { getItem: () => null });
  vi.stubGlobal("window", { location: { origin: "http://127.0.0.1" } });
  ({ ServiceTime } = await import("../../src/desk/service-time"));
});

test("a clock that goes as ours does is only set otherwise", () => {
  const time = new ServiceTime({ service: 1_000_000, here: 2_400 }, { service: 998_000, here: 0 });
  expect(time.rate).toBe(1);
  expect(time.at(12_400)).toBe(1_010_000);
});

test("of a clock that goes sixty times as fast, seconds for people are told", () => {
  const time = new ServiceTime({ service: 1_000_000, here: 1_000 }, { service: 940_000, here: 0 });
  expect(time.rate).toBe(60);
  expect(time.at(2_000)).toBe(1_060_000);
  expect(time.seconds(1_000_000, 1_000_000 + 20 * 60_000)).toBe(20);
});

test("one look says nothing of the pace, and a clock that stands still no nonsense", () => {
  expect(new ServiceTime({ service: 5, here: 5 }).rate).toBe(1);
  expect(new ServiceTime({ service: 5, here: 9 }, { service: 5, here: 1 }).seconds(0, 20_000)).toBe(20);
});
