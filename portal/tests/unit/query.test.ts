import { expect, test } from "vitest";
import { asSearch, readQuery, writeQuery } from "../../src/pages/residents/query";

test("an address says again what it was written for", () => {
  const query = { states: ["well", "trying"] as const, traits: ["paused"] as const, batch: "b", sort: "next_due" as const, descending: true };
  const written = writeQuery({ ...query, states: [...query.states], traits: [...query.traits] });
  expect(readQuery(written)).toEqual(query);
  expect(writeQuery(readQuery(new URLSearchParams())).toString()).toBe("");
});

test("what somebody wrote into the address by hand is not sent on", () => {
  const query = readQuery(new URLSearchParams("state=dead&state=well&only=all&sort=number&order=sideways"));
  expect(asSearch(query, "  ")).toEqual({ state: ["well"], sort: "name", descending: false });
});

test("words go into the search and never into the address", () => {
  const query = readQuery(new URLSearchParams("only=switched-off&q=Example"));
  expect(asSearch(query, " Example ")).toEqual({ text: "Example", enabled: false, sort: "name", descending: false });
  expect(writeQuery(query).toString()).toBe("only=switched-off");
});

test("switched on and off together is everybody", () => {
  expect(asSearch(readQuery(new URLSearchParams("only=switched-on&only=switched-off")), "")).not.toHaveProperty("enabled");
});
