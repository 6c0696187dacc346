/** A real browser, and what each test does in it. */
import AxeBuilder from "@axe-core/playwright";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect, inject } from "vitest";
import type { Account } from "./service";

export const service = inject("service");

const SCREENSHOTS = process.env["SCREENSHOTS"] ?? "../target/screenshots";
const CHROMIUM = process.env["CHROMIUM"] ?? "/usr/bin/chromium";
/** Without what asks the network, and what a container does not have. */
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

/** Everything that goes wrong in lists of councils, and three good rows. Nobody in it agrees to be called. */
export const NASTY = join(import.meta.dirname, "samples", "nasty-list.csv");

export function launch(): Promise<Browser> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
}

/** A new window of somebody who is not signed in. What the console complains about is collected in `complaints`. */
export async function open(browser: Browser, path = "/", options: BrowserContextOptions = {}): Promise<{ page: Page; complaints: string[] }> {
  const context = await browser.newContext({ baseURL: service.at, timezoneId: "Europe/London", viewport: { width: 1360, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(path);
  await page.getByLabel("Name").waitFor();
  return { page, complaints };
}

/** Signs in; the address stays what it was. */
export async function signIn(page: Page, { name, password }: Account): Promise<void> {
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).first().waitFor({ state: "attached" });
}

export async function signedIn(browser: Browser, account: Account, path: string, options: BrowserContextOptions = {}) {
  const opened = await open(browser, path, options);
  await signIn(opened.page, account);
  return opened;
}

/** The heading of the page, once it is there. */
export async function heading(page: Page, name: string | RegExp): Promise<void> {
  await page.getByRole("heading", { level: 1, name }).waitFor();
}

/** Nothing that is still being fetched. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(() => !document.querySelector('main [role="status"], main [class*="awsui_loading"]'));
}

/**
 * Chooses from a list as a person does: once it is open. Its menu takes the focus a moment after it is drawn, which may
 * scroll the page, and a click in between meets whatever is there by then.
 */
export async function choose(list: Locator, option: string): Promise<void> {
  await list.click();
  await list.page().locator('[role="listbox"]:focus').waitFor();
  await list.page().getByRole("option", { name: option }).click();
  await list.filter({ hasText: option }).waitFor();
}

/** Nothing for axe to find, nothing wider than the window; and a picture to look at. */
export async function inspect(page: Page, picture: string): Promise<void> {
  // What sticks to the window's edge would stand in the middle of the picture.
  await page.evaluate(() => scrollTo({ top: 0, behavior: "instant" }));
  await page.screenshot({ path: join(SCREENSHOTS, `${picture}.png`), fullPage: true });
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`), picture).toEqual([]);
  const [content, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth] as const);
  expect(content, `${picture} is wider than the window`).toBeLessThanOrEqual(window);
}

/** What the service itself answers to a person's own token, whatever the portal shows. */
export async function asked(page: Page, path: string, init: RequestInit = {}): Promise<number> {
  return page.evaluate(async ([path, init]) => {
    const { token } = JSON.parse(sessionStorage.getItem("rollcall.session") ?? "{}") as { token?: string };
    const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
    return (await fetch(path, { ...init, headers })).status;
  }, [path, init] as const);
}
