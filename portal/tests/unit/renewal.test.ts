import { expect, test } from "vitest";
import { renewIn } from "../../src/session/renewal";

const token = (claims: object) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;

test("a token is renewed when two thirds of its life are over, whatever the clock says of its end", () => {
  const quarter = token({ iat: 1_000, exp: 1_900, name: "Zoë ÿ?>" });
  expect(renewIn({ token: quarter, received: 50_000 }, 50_000)).toBe(600_000);
  expect(renewIn({ token: quarter, received: 50_000 }, 450_000)).toBe(200_000);
  expect(renewIn({ token: quarter, received: 50_000 }, 5_000_000)).toBe(0);
});

test("what does not say how long it lives is renewed now", () => {
  expect(renewIn({ token: token({ exp: 1_900 }), received: 0 }, 5)).toBe(0);
  expect(renewIn({ token: "opaque", received: 0 }, 5)).toBe(0);
  expect(renewIn({ token: token({ iat: 1, exp: 9 }) }, 5)).toBe(0);
});
