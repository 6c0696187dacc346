import { describe, expect, test } from "vitest";
import { dateTime, dayAfter, dayIn, duration, shortDay, startOfDay, zoneName } from "../../src/ui/dates";

describe("the beginning of a day", () => {
  test.each([
    ["2026-11-23", "Europe/London", "2026-11-23T00:00:00Z"],
    ["2026-07-01", "Europe/London", "2026-06-30T23:00:00Z"],
    // The days on which clocks change.
    ["2026-03-29", "Europe/London", "2026-03-29T00:00:00Z"],
    ["2026-03-30", "Europe/London", "2026-03-29T23:00:00Z"],
    ["2026-10-25", "Europe/London", "2026-10-24T23:00:00Z"],
    ["2026-10-26", "Europe/London", "2026-10-26T00:00:00Z"],
    ["2026-11-23", "America/New_York", "2026-11-23T05:00:00Z"],
    ["2026-11-23", "Asia/Kathmandu", "2026-11-22T18:15:00Z"],
    // Clocks went forward at midnight: the day began at one.
    ["2026-04-24", "Africa/Cairo", "2026-04-23T22:00:00Z"],
  ])("%s in %s", (day, zone, at) => {
    expect(startOfDay(day, zone)).toBe(at);
    expect(dayIn(new Date(at), zone)).toBe(day);
    expect(dayIn(new Date(Date.parse(at) - 1), zone)).toBe(dayAfter(day, -1));
  });
});

test("the zone is named, as it is on that day", () => {
  expect(dateTime("2026-11-23T14:05:00Z", "Europe/London")).toBe("23 Nov 2026, 14:05 GMT");
  expect(dateTime("2026-07-01T23:30:00Z", "Europe/London")).toBe("2 Jul 2026, 00:30 BST");
  expect(zoneName("America/New_York", new Date("2026-11-23T00:00:00Z"))).toBe("New York time (GMT-5)");
  expect(zoneName("UTC")).toBe("UTC");
});

test("a calendar day is the same everywhere", () => {
  expect(shortDay("2026-11-23")).toBe("Mon 23 Nov");
  expect(dayAfter("2026-12-31")).toBe("2027-01-01");
});

test.each([
  [0, "0 s"], [59, "59 s"], [60, "1 min"], [3_599, "59 min"], [3_600, "1 h"], [4_320, "1 h 12 min"], [200_000, "2 days"],
])("%d seconds", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
