import { expect, test } from "vitest";
import { Refusal, told } from "../../src/api/problem";

test("the service's own words are told", () => {
  const refusal = Refusal.of(400, { detail: "the number cannot be called", errors: [{ field: "number", found: "", expected: "a UK number" }] });
  expect(told(refusal)).toEqual({ title: "This was not accepted", text: "The number cannot be called." });
  expect(refusal.about("number")).toBe("A UK number.");
  expect(refusal.about("name")).toBeUndefined();
});

test("whatever stands in between is told as well", () => {
  expect(told(Refusal.of(502, "<html>Bad gateway</html>")).title).toBe("The service has a problem");
  expect(told(new Refusal(0)).title).toBe("The service cannot be reached");
  expect(told(new TypeError("x is not a function")).text).not.toContain("function");
});
