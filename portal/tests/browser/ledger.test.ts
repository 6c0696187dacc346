/** The account of a day: today as it stands, a day that is over, and one before the first. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heading, inspect, launch, settled, signedIn } from "./browser";
import { type Service, start } from "./service";

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
beforeAll(async () => {
  // A night in two minutes: the day of the demonstration is closed while the test looks on.
  [browser, { service, stop }] = await Promise.all([launch(), start(600)]);
});
afterAll(async () => {
  await browser.close();
  await stop();
});

/** Until a quarter to one on the next day, by the clock of the demonstration. */
const CLOSED_MS = 240_000;

/** The day on which the demonstration began. */
async function firstDay(): Promise<string> {
  const { time } = (await (await fetch(`${service.at}/healthz`)).json()) as { time: string };
  return time.slice(0, 10);
}

test("today stands live, and a day before the first says so", async () => {
  const { page, complaints } = await signedIn(browser, service.agent, "/ledger", { baseURL: service.at });
  await heading(page, "Ledger");
  await page.getByText(/^Today, as of/).waitFor();
  await page.getByText(/ on the register: everybody is accounted for\.$/).waitFor();
  await settled(page);
  await inspect(page, "light-ledger-today");
  const before = new Date(Date.parse(await firstDay()) - 86_400_000).toISOString().slice(0, 10);
  await page.goto(`/ledger?date=${before}`);
  await page.getByText("This day is before the first one that Rollcall kept an account of.").waitFor();
  await inspect(page, "light-ledger-none");
  await page.goto("/ledger?date=2020-01-06");
  await page.getByText("This day is longer ago than accounts of days are kept").waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a day that is over is shown as it ended, with the people in each state", async () => {
  const day = await firstDay();
  const { page, complaints } = await signedIn(browser, service.operator, `/ledger?date=${day}`, { baseURL: service.at });
  await heading(page, "Ledger");
  const table = page.getByRole("table", { name: "The account of the day" });
  const till = Date.now() + CLOSED_MS;
  while (!(await page.getByText(/^Written /).isVisible()) && Date.now() < till) {
    await page.waitForTimeout(2_000);
    await page.reload();
    await heading(page, "Ledger");
    await page.getByRole("heading", { level: 2 }).first().waitFor();
  }
  await page.getByText(/ on the register: everybody is accounted for\.$/).waitFor();
  const row = table.getByRole("row").filter({ has: page.getByRole("rowheader", { name: "Well" }) });
  const counted = await row.getByRole("link").innerText();
  await settled(page);
  await inspect(page, "light-ledger-closed");
  await row.getByRole("link").click();
  await page.getByRole("heading", { level: 2, name: `Well (${counted})` }).waitFor();
  await page.getByRole("rowheader").getByRole("link").first().waitFor();
  await settled(page);
  await inspect(page, "light-ledger-people");
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Export" }).click();
  expect((await saved).suggestedFilename()).toBe(`ledger-${day}.csv`);
  expect(complaints).toEqual([]);
  await page.context().close();
}, CLOSED_MS + 60_000);
