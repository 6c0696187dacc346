/** A duty officer's work: who was not reached, who sees to them, and that they are safe. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, heading, inspect, launch, settled, signedIn } from "./browser";
import { type Service, start } from "./service";

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
beforeAll(async () => {
  // Three calls and the gaps between them: the first were not reached after a quarter of an hour, half a minute here.
  [browser, { service, stop }] = await Promise.all([launch(), start(30)]);
});
afterAll(async () => {
  await browser.close();
  await stop();
});

/** Until somebody was called three times, and was not reached. */
const ESCALATED_MS = 120_000;

async function worklist(account: { name: string; password: string }, options: BrowserContextOptions = {}) {
  const opened = await signedIn(browser, account, "/worklist", { baseURL: service.at, ...options });
  await heading(opened.page, "Worklist");
  await opened.page.getByRole("button", { name: /^Accept / }).first().waitFor({ timeout: ESCALATED_MS });
  return opened;
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const row = (page: Page, name: string) => page.getByRole("row").filter({ has: page.getByRole("link", { name, exact: true }) });

test("an officer accepts somebody, notes what they tried, and gives the all-clear", async () => {
  const { page, complaints } = await worklist(service.agent);
  await inspect(page, "light-worklist");
  // Of those on the list some may be so new that the sweep has told nobody yet: an officer may accept them too, and nobody is told then.
  const told = page.getByRole("row").filter({ hasNotText: "Nobody yet", has: page.getByRole("button", { name: /^Accept / }) });
  const accept = told.getByRole("button", { name: /^Accept / }).first();
  await accept.waitFor();
  const name = ((await accept.getAttribute("aria-label")) ?? "").replace(/^Accept /, "");
  // By name: the list is a living one, and another may come first by now.
  await button(page, `Accept ${name}`).click();
  await heading(page, name);
  const { pathname } = new URL(page.url());
  await page.getByText(/^You see to it until the all-clear/).waitFor();
  await page.getByText("Duty officer was told").waitFor();
  await page.getByText(`Accepted by ${service.agent.name}`).waitFor();
  await settled(page);
  await inspect(page, "light-escalation");

  // A colleague sees who is at it, and cannot take it from them without giving it back.
  const colleague = await signedIn(browser, service.operator, pathname, { baseURL: service.at });
  await colleague.page.getByText(`${service.agent.name} sees to it`).waitFor();
  expect(await button(colleague.page, "Accept").count()).toBe(0);
  expect(await asked(colleague.page, `/api${pathname.replace("worklist", "escalations")}/accept`, { method: "POST" })).toBe(409);

  await page.getByLabel("New note").fill("Rang twice; the neighbour goes and looks.");
  await button(page, "Add note").click();
  await colleague.page.getByText("Rang twice; the neighbour goes and looks.").waitFor();
  await button(page, "All-clear").click();
  const dialog = page.getByRole("dialog");
  expect(await dialog.getByRole("button", { name: "They are safe" }).isDisabled(), "without a word on how it is known").toBe(true);
  await dialog.getByRole("radio", { name: "They were seen in person" }).check();
  await inspect(page, "light-escalation-all-clear");
  await dialog.getByRole("button", { name: "They are safe" }).click();
  await page.getByText(`All-clear: seen in person, by ${service.agent.name}`).first().waitFor();
  expect(await button(page, "All-clear").count()).toBe(0);
  await colleague.page.getByText("All-clear: seen in person").first().waitFor();
  await colleague.page.context().close();

  await page.getByRole("link", { name: "Whole record" }).click();
  await heading(page, name);
  await page.getByText("Spoken to").first().waitFor();
  await page.goto("/worklist");
  await heading(page, "Worklist");
  await settled(page);
  expect(await row(page, name).count(), "nobody waits for somebody who is safe").toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
}, ESCALATED_MS + 60_000);

test("what was accepted is given back, by keyboard alone, and waits for somebody again", async () => {
  const { page } = await worklist(service.agent);
  const name = (await page.getByRole("rowheader").getByRole("link").first().innerText()).trim();
  await page.getByRole("rowheader").getByRole("link", { name, exact: true }).focus();
  await page.keyboard.press("Enter");
  await heading(page, name);
  await button(page, "Accept").focus();
  await page.keyboard.press("Enter");
  await button(page, "Give back").waitFor();
  await button(page, "Give back").focus();
  await page.keyboard.press("Enter");
  await page.getByText("Nobody sees to it yet.").waitFor();
  await page.getByText(`Given back by ${service.agent.name}`).waitFor();
  await page.context().close();
}, ESCALATED_MS + 60_000);

test.each([["dark", { colorScheme: "dark" }], ["narrow", { viewport: { width: 320, height: 800 } }]] as const)("there is nothing for axe to find: %s", async (look, options) => {
  const { page, complaints } = await worklist(service.operator, options);
  await settled(page);
  await inspect(page, `${look}-worklist`);
  await page.getByRole("rowheader").getByRole("link").first().click();
  await page.getByText("Nobody sees to it yet.").waitFor();
  await settled(page);
  await inspect(page, `${look}-escalation`);
  expect(complaints).toEqual([]);
  await page.context().close();
}, ESCALATED_MS + 60_000);

test("uploaders do not get to it, by link or by the API", async () => {
  const { page } = await signedIn(browser, service.uploader, "/worklist", { baseURL: service.at });
  await page.getByRole("heading", { name: /not/i }).first().waitFor();
  expect(await page.getByRole("navigation", { name: "Pages" }).getByText("Worklist").count()).toBe(0);
  expect(await asked(page, "/api/escalations")).toBe(403);
  await page.context().close();
});
