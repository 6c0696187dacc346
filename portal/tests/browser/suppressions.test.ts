/** Who is never called: found, put on the list and taken off it, as an operator does. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, choose, heading, inspect, launch, service, settled, signedIn } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** One that nobody of the demonstration has. */
const NUMBER = "01632 960999";

test("a number is put on the list, found and taken off it", async () => {
  const { page, complaints } = await signedIn(browser, service.operator, "/suppressions");
  await heading(page, "Suppressions");
  await page.getByText("Nobody is on the suppression list.").waitFor();
  const dialog = page.getByRole("dialog");

  await page.getByRole("button", { name: "Suppress a number" }).click();
  await dialog.getByLabel("Number").fill("999");
  await dialog.getByLabel("Reason").fill("They rang us");
  await dialog.getByRole("button", { name: "Suppress", exact: true }).click();
  await dialog.locator("[aria-invalid=true]").waitFor();
  await inspect(page, "light-suppressions-number");
  await dialog.getByLabel("Number").fill(NUMBER);
  await dialog.getByRole("button", { name: "Suppress", exact: true }).click();
  await page.getByRole("rowheader", { name: "Number …99" }).waitFor();
  await page.getByRole("cell", { name: "They rang us" }).waitFor();
  expect(await page.locator("main").innerText()).not.toContain("960999");
  await settled(page);
  await inspect(page, "light-suppressions-one");

  await page.getByRole("button", { name: "Look for a number" }).click();
  await dialog.getByLabel("Number").fill("01632 960998");
  await dialog.getByRole("button", { name: "Look", exact: true }).click();
  await dialog.getByText("This number is not on the list.").waitFor();
  await dialog.getByLabel("Number").fill(NUMBER);
  await dialog.getByRole("button", { name: "Look", exact: true }).click();
  await dialog.getByText("This number is on the list").waitFor();
  await inspect(page, "light-suppressions-found");
  await dialog.getByRole("button", { name: "Lift" }).click();
  await choose(dialog.getByLabel("Reason"), "They asked to be called again");
  await dialog.getByRole("button", { name: "Lift", exact: true }).click();
  await page.getByText("Nobody is on the suppression list.").waitFor();
  expect(complaints.filter((it) => !it.includes("422")), "but for the number that was refused").toEqual([]);
  await page.context().close();
});

test("a resident's page says since when, by whom and why, and only operators lift it", async () => {
  const { page, complaints } = await signedIn(browser, service.operator, "/residents?state=excluded");
  await page.getByRole("rowheader").getByRole("link").first().click();
  await heading(page, /^(?!Residents?$)/);
  const { pathname } = new URL(page.url());
  const dialog = page.getByRole("dialog");
  await page.getByRole("button", { name: "Suppress", exact: true }).click();
  await dialog.getByLabel("Reason").fill("Their daughter asked");
  await inspect(page, "light-resident-suppress");
  await dialog.getByRole("button", { name: "Suppress", exact: true }).click();
  await page.getByText("On the suppression list", { exact: true }).waitFor();
  await page.getByText(/Suppressed since .* by operator: Their daughter asked/).waitFor();
  await settled(page);
  await inspect(page, "light-resident-suppressed");

  const agent = await signedIn(browser, service.agent, pathname);
  await agent.page.getByText("Their daughter asked").waitFor();
  for (const name of ["Lift", "Suppress"]) expect(await agent.page.getByRole("button", { name, exact: true }).count()).toBe(0);
  expect(await asked(agent.page, "/api/suppressions")).toBe(403);
  await agent.page.goto("/suppressions");
  await heading(agent.page, "Not for your account");

  await page.getByRole("button", { name: "Lift", exact: true }).click();
  await choose(dialog.getByLabel("Reason"), "They should never have been on the list");
  await dialog.getByRole("button", { name: "Lift", exact: true }).click();
  await page.getByText("On the suppression list", { exact: true }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
  await Promise.all([page, agent.page].map((it) => it.context().close()));
});
