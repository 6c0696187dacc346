/** What is shown in pictures can be read as well. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { inspect, launch, signedIn } from "./browser";
import { type Service, start } from "./service";

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
// A day that has just begun: somebody waits for a callback.
beforeAll(async () => {
  [browser, { service, stop }] = await Promise.all([launch(), start(60)]);
});
afterAll(async () => {
  await browser.close();
  await stop();
});

test("each picture has its figures in a table behind it", async () => {
  const { page } = await signedIn(browser, service.operator, "/overview", { baseURL: service.at, reducedMotion: "reduce" });
  const pictures = page.locator("main").getByRole("img");
  // The day's account, the calls by the hour, who waits, and how calls ended: as soon as there are such.
  await expect.poll(() => pictures.count(), { timeout: 45_000 }).toBe(4);
  const tables = page.getByRole("button", { name: /^Show as a table: / });
  const titles = ["Where everyone stands today", /^Calls today by the hour/, "How long people have been waiting for a call back", "How calls ended, by the day"];
  expect(await tables.count()).toBe(titles.length);
  for (const title of titles) {
    const open = tables.filter({ hasText: "Show as a table" }).and(page.getByRole("button", { name: typeof title === "string" ? `Show as a table: ${title}` : /: Calls today/ }));
    await open.focus();
    await page.keyboard.press("Enter");
    const table = page.getByRole("region", { name: title }).getByRole("table");
    await table.waitFor();
    const cells = await table.getByRole("cell").allInnerTexts();
    expect(cells.some((text) => /^[1-9]/.test(text)), `${title}: ${cells.join(" ")}`).toBe(true);
  }
  await inspect(page, "light-overview-tables");
  const moves = await page.locator(".ledger > div").first().evaluate((it) => parseFloat(getComputedStyle(it).transitionDuration));
  expect(moves, "nothing moves for whoever does not like that").toBeLessThan(0.001);
}, 90_000);
