/** Signing in where an OpenID provider keeps the accounts. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { heading, inspect, launch, settled } from "./browser";
import { CLIENT, LIFE, NAME, Provider } from "./provider";
import { startWith } from "./service";

/** The service takes a token for so much longer: clocks differ. */
const LEEWAY_MS = 30_000;

let browser: Browser;
let provider: Provider;
let at: string;
let stop: () => Promise<void>;

beforeAll(async () => {
  browser = await launch();
  provider = await new Provider().listen();
  ({ at, stop } = await startWith({ ROLLCALL_OIDC_ISSUER: provider.at, ROLLCALL_OIDC_CLIENT_ID: CLIENT }));
});
afterAll(async () => {
  await browser.close();
  await stop();
  provider.close();
});

/** Somebody who went to the provider and came back to where they wanted to go. */
async function signedIn(path: string, first?: () => void): Promise<{ page: Page; complaints: string[] }> {
  const page = await (await browser.newContext({ baseURL: at, viewport: { width: 1360, height: 900 } })).newPage();
  page.setDefaultTimeout(15_000);
  if (first) await page.addInitScript(first);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(path);
  await page.getByRole("button", { name: "Go to sign in" }).click();
  await page.getByRole("button", { name: NAME }).waitFor();
  return { page, complaints };
}

const token = (page: Page) => page.evaluate(() => (JSON.parse(sessionStorage.getItem("rollcall.session") ?? "{}") as { token?: string }).token);
const kept = (page: Page) => page.evaluate(() => Object.keys(sessionStorage).filter((key) => /^oidc\.|session/.test(key)));

test("whoever signed in at a provider stays so for longer than a token lives, also over a reload", async () => {
  const { page, complaints } = await signedIn("/residents?text=Example");
  await heading(page, "Residents");
  expect(new URL(page.url()).search).toBe("?text=Example");
  await inspect(page, "light-provider");
  const first = await token(page);
  await expect.poll(() => provider.renewed, { timeout: 20_000 }).toBeGreaterThanOrEqual(2);
  expect(await token(page)).not.toBe(first);
  await page.reload();
  await heading(page, "Residents");
  const before = provider.renewed;
  await expect.poll(() => provider.renewed, { timeout: 20_000 }).toBeGreaterThan(before);
  expect(complaints).toEqual([]);
});

test("whoever slept for longer than a token lives goes on", async () => {
  // As on a laptop that sleeps: what was planned for later does not happen, and its first request comes with what it has.
  const asleep = () => {
    const planned = window.setTimeout;
    const short = (call: () => void, ms?: number) => ((ms ?? 0) > 1_500 ? 0 : planned(call, ms));
    window.setTimeout = short as typeof window.setTimeout;
  };
  const { page } = await signedIn("/", asleep);
  const before = provider.renewed;
  const first = await token(page);
  await page.waitForTimeout((LIFE + 1) * 1_000 + LEEWAY_MS);
  await page.getByRole("link", { name: "Residents" }).first().click();
  await heading(page, "Residents");
  await page.getByRole("button", { name: NAME }).waitFor();
  expect(provider.renewed).toBeGreaterThan(before);
  expect(await token(page)).not.toBe(first);
}, 120_000);

test("whoever signs out leaves nothing to go on with", async () => {
  const { page } = await signedIn("/");
  const before = provider.revoked.length;
  // The frame measures itself anew while the page comes in, and closes its menus then.
  await heading(page, "Overview");
  await settled(page);
  await page.getByRole("button", { name: NAME }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Go to sign in" }).waitFor();
  await expect.poll(() => provider.revoked.length).toBe(before + 1);
  await expect.poll(() => kept(page)).toEqual([]);
});

test("a session that the provider does not renew goes on until its token ends", async () => {
  const { page } = await signedIn("/");
  provider.refuses = true;
  const last = provider.renewed;
  await page.waitForTimeout(8_000);
  expect(provider.renewed).toBe(last);
  await page.getByRole("button", { name: NAME }).waitFor();
  await page.getByText("You were signed out because your time was up").waitFor({ timeout: 90_000 });
}, 120_000);
