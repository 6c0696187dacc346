import { beforeEach, expect, test, vi } from "vitest";

const stored = new Map<string, string>();
vi.stubGlobal("sessionStorage", {
  getItem: (key: string) => stored.get(key) ?? null,
  setItem: (key: string, value: string) => stored.set(key, value),
  removeItem: (key: string) => stored.delete(key),
});
const { currentSession, lastEnd, refused, renewBy, renewSession, startSession } = await import("../../src/session/session");

beforeEach(() => {
  renewBy(undefined);
  startSession({ token: "one", name: "ada", groups: ["Agents"] });
});

test("a token that is refused and cannot be renewed ends the session", async () => {
  expect(await refused("one")).toBe(false);
  expect([currentSession(), lastEnd()]).toEqual([undefined, "expired"]);
});

test("a token that is refused and renewed is asked with again", async () => {
  renewBy(async () => renewSession("two"));
  expect(await refused("one")).toBe(true);
  expect(currentSession()).toMatchObject({ token: "two", name: "ada" });
});

test("a refusal that comes after a renewal renews nothing", async () => {
  renewSession("two");
  renewBy(() => expect.unreachable());
  expect(await refused("one")).toBe(true);
  expect(currentSession()?.token).toBe("two");
});

test("what was asked for one person is not asked again for another", async () => {
  startSession({ token: "three", name: "grace", groups: ["Operators"] });
  expect(await refused("one")).toBe(false);
  expect(currentSession()?.name).toBe("grace");
  renewBy(async () => startSession({ token: "four", name: "ada", groups: [] }));
  expect(await refused("three")).toBe(false);
  expect(currentSession()?.token).toBe("four");
});
