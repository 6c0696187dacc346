/** The list of a large town: finding people in it must be as quick as in a small one. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heading, inspect, launch, settled, signedIn } from "./browser";
import { type Service, start } from "./service";

const MANY = 10_000;
/** From the click to the screen; many times what it takes, for machines that do other things meanwhile. */
const SOON_MS = 2_500;

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
beforeAll(async () => {
  [browser, { service, stop }] = await Promise.all([launch(), start(60, list())]);
});
afterAll(async () => {
  await browser.close();
  await stop();
});

const FIRST = ["Ada", "Bertram", "Clementine", "Dilys", "Edmund", "Fatima", "Gwendolen", "Harbinder", "José", "Keziah", "Siân"];
const LAST = ["Applethwick", "Bramblecote", "Cobblestow", "Drizzlecombe", "Eavesdown", "Fernhollow", "Greengander", "Hartsbury", "Inglemoor", "Larkfield", "Mossgrove", "Oakhanger", "Thistledown"];
const RANGES = ["+447700900", "+441632960", "+442079460"];

/** Made-up people; beyond 3000 they share the numbers that are kept for fiction. */
function list(): string {
  const rows = Array.from({ length: MANY }, (_, n) => {
    const last = `${LAST[(n * 5) % LAST.length]} ${LAST[Math.floor(n / 143) % LAST.length]}`;
    const number = `${RANGES[Math.floor(n / 1000) % 3]}${String(n % 1000).padStart(3, "0")}`;
    return `${FIRST[(n * 7) % FIRST.length]},${last},${number},C-${String(n).padStart(5, "0")}`;
  });
  return ["firstName,lastName,number,reference", ...rows].join("\r\n");
}

const first = (page: Page) => page.getByRole("rowheader").first().innerText();

/** Does something after which another person is the first of the list; says how long that took. */
async function turned(page: Page, what: string, deed: () => Promise<unknown>): Promise<void> {
  const before = await first(page);
  const since = performance.now();
  await deed();
  await page.waitForFunction((before) => document.querySelector<HTMLElement>("tbody th")?.innerText !== before, before);
  await settled(page);
  const took = Math.round(performance.now() - since);
  console.info(`${what}: ${took} ms`);
  expect(took, what).toBeLessThan(SOON_MS);
}

test("ten thousand people are paged through, sorted, searched and saved", async () => {
  const { page, complaints } = await signedIn(browser, service.operator, "/residents", { baseURL: service.at });
  await heading(page, "Residents");
  await settled(page);
  const next = page.getByRole("button", { name: "Next page" });
  const seen = new Set<string>();
  const references = () => page.locator("tbody tr td:nth-child(4)").allInnerTexts();
  for (let turn = 0; turn < 4; turn += 1) {
    for (const reference of await references()) seen.add(reference);
    await turned(page, "next page", () => next.click());
  }
  expect(seen.size, "four pages of fifty, nobody twice").toBe(200);
  await turned(page, "back", () => page.goBack());
  await page.screenshot({ path: `${process.env["SCREENSHOTS"] ?? "../target/screenshots"}/light-residents-many.png` });
  await turned(page, "sorted by when they came", () => page.getByRole("columnheader", { name: "Registered" }).getByRole("button").first().click());
  await turned(page, "sorted by name", () => page.getByRole("columnheader", { name: "Name" }).getByRole("button").first().click());
  const search = page.getByRole("searchbox");
  const look = page.getByRole("button", { name: "Search", exact: true });
  await turned(page, "a rare name", async () => {
    await search.fill("siân thistle");
    await look.click();
  });
  await turned(page, "a part of a number", async () => {
    await search.fill("960123");
    await look.click();
  });
  await turned(page, "one reference", async () => {
    await search.fill("C-09876");
    await look.click();
  });
  expect(await references()).toEqual(["C-09876"]);
  await inspect(page, "light-residents-one-of-many");

  await turned(page, "everybody again", () => search.fill(""));
  const since = performance.now();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  const file = readFileSync(await (await saving).path(), "utf8").trim().split("\r\n");
  console.info(`a file of ${file.length - 1} people: ${Math.round(performance.now() - since)} ms`);
  const listed = file.slice(1).map((row) => /C-\d{5}/.exec(row)?.[0]).filter((it) => it !== undefined);
  expect([listed.length, new Set(listed).size]).toEqual([MANY, MANY]);

  await page.goto("/overview");
  await heading(page, "Overview");
  await settled(page);
  await inspect(page, "light-overview-many");
  expect(complaints).toEqual([]);
}, 120_000);
