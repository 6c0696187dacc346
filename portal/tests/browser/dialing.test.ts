/** The switch over all dialing, on a day of its own: no other test is to be stopped by it. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, heading, inspect, launch, signIn } from "./browser";
import { type Account, type Service, start } from "./service";

let browser: Browser;
let day: { service: Service; stop: () => Promise<void> };
beforeAll(async () => {
  [browser, day] = await Promise.all([launch(), start(60)]);
});
afterAll(async () => {
  await browser.close();
  await day.stop();
});

async function at(path: string, account: Account): Promise<Page> {
  const context = await browser.newContext({ baseURL: day.service.at, timezoneId: "Europe/London", viewport: { width: 1360, height: 900 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  await page.goto(path);
  await page.getByLabel("Name").waitFor();
  await signIn(page, account);
  return page;
}

test("an operator stops dialing, everybody sees why, and an operator starts again", async () => {
  const { operator, agent } = day.service;
  const page = await at("/overview", operator);
  const other = await at("/overview", agent);
  await heading(page, "Overview");
  await heading(other, "Overview");
  expect(await other.getByRole("button", { name: "Stop dialing" }).count(), "not for agents").toBe(0);
  expect(await asked(other, "/api/dialing/stop", { method: "POST", body: JSON.stringify({ reason: "no" }) })).toBe(403);

  await page.getByRole("button", { name: "Stop dialing" }).click();
  const dialog = page.getByRole("dialog");
  const confirm = dialog.getByRole("button", { name: "Stop dialing", exact: true });
  expect(await confirm.isDisabled(), "a reason first").toBe(true);
  await dialog.getByLabel("Reason").fill("The lines crackle");
  await inspect(page, "dialing-stop");
  await confirm.click();
  await dialog.waitFor({ state: "detached" });

  for (const seen of [page, other]) {
    await seen.getByText("Nobody is called: dialing is stopped").waitFor();
    await seen.getByText(/operator stopped it on .*: “The lines crackle”/).waitFor();
  }
  expect(await page.getByRole("button", { name: "Stop dialing" }).count()).toBe(0);
  expect(await other.getByRole("button", { name: "Start again" }).count()).toBe(0);
  await inspect(page, "dialing-stopped");

  await page.goto("/operations");
  await page.getByText("Nobody is called: dialing is stopped").waitFor();
  await page.getByRole("button", { name: "Start again" }).click();
  await dialog.getByText("The lines crackle").waitFor();
  await dialog.getByLabel("Reason").fill("They are mended");
  await dialog.getByRole("button", { name: "Start again", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  for (const seen of [page, other]) await seen.getByText("Nobody is called: dialing is stopped").waitFor({ state: "detached" });

  await page.goto("/audit");
  for (const words of ["The lines crackle", "They are mended"]) await page.getByText(words).waitFor();
  await page.context().close();
  await other.context().close();
});
