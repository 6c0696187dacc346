/** What people do in the portal, tried as they do it. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, choose, heading, launch, open, service, settled, signedIn, signIn } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

/** Tab until the thing of this name has the focus, as somebody without a mouse does. */
async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = (text: string) => (typeof name === "string" ? text === name : name.test(text));
  const passed: string[] = [];
  for (let key = 0; key < 120; key += 1) {
    await page.keyboard.press("Tab");
    const text = await page.evaluate(() => {
      const at = document.activeElement as HTMLElement | null;
      const label = at?.getAttribute("aria-label") ?? (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0]?.textContent : at?.textContent);
      return (label ?? "").trim();
    });
    if (wanted(text)) return;
    passed.push(text);
  }
  throw new Error(`${name} cannot be reached by Tab; passed: ${passed.join(" · ")}`);
}

/** People whom the running day does not call, and therefore does not change. */
const UNDISTURBED = "/residents?state=excluded";

/** Presses the button of a dialog, again where the day has changed the record meanwhile. */
async function insist(page: Page, verb: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  const changed = dialog.getByText("This record has changed meanwhile");
  for (let press = 0; press < 5; press += 1) {
    await dialog.getByRole("button", { name: verb, exact: true }).click();
    await Promise.race([dialog.waitFor({ state: "detached" }), changed.waitFor()]);
    if ((await dialog.count()) === 0) return;
  }
  throw new Error(`${verb} was refused five times`);
}

test("somebody is found, noted and paused by keyboard alone", async () => {
  const { page } = await open(browser, UNDISTURBED);
  await page.keyboard.type(service.uploader.name);
  await tabTo(page, "Password");
  await page.keyboard.type(service.uploader.password);
  await page.keyboard.press("Enter");
  await heading(page, "Residents");
  await page.reload();
  await heading(page, "Residents");
  await settled(page);

  await page.keyboard.press("Tab");
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
  await page.keyboard.press("Enter");
  const name = await page.getByRole("rowheader").getByRole("link").nth(1).innerText();
  await tabTo(page, "Name, number or reference");
  await page.keyboard.type(name);
  await page.keyboard.press("Enter");
  await page.waitForFunction((name) => [...document.querySelectorAll("main tbody th a")].every((link) => link.textContent === name), name);
  await tabTo(page, name);
  await page.keyboard.press("Enter");
  await heading(page, name);
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe("H1");

  await tabTo(page, "Pause");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo(page, "Reason");
  await page.keyboard.type("With family for a week");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  await page.locator("main li", { hasText: "With family for a week" }).waitFor();

  await tabTo(page, "New note");
  await page.keyboard.type("Prefers the morning.");
  await tabTo(page, "Add note");
  await page.keyboard.press("Enter");
  await page.locator("main li", { hasText: "Prefers the morning." }).waitFor();
  await page.context().close();
});

test("filters are in the address, names are not, and back works", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview");
  await heading(page, "Overview");
  await page.getByRole("link", { name: "Not due" }).click();
  await heading(page, "Residents");
  expect(new URL(page.url()).search).toBe("?state=not_due");

  await page.getByLabel("Name, number or reference").fill("nobody is called this");
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.getByText("Nobody fits this search.").waitFor();
  expect(page.url()).not.toContain("nobody");
  await page.reload();
  await page.getByText("Nobody fits this search.").waitFor();
  expect(await page.getByLabel("Name, number or reference").inputValue()).toBe("nobody is called this");

  await page.getByRole("button", { name: "Show everyone" }).click();
  await page.getByRole("rowheader").first().waitFor();
  expect(new URL(page.url()).search).toBe("");
  await page.goBack();
  await page.getByText("Nobody fits this search.").waitFor();
  await page.goBack();
  await page.getByText("Nobody fits this search.").waitFor({ state: "detached" });
  expect(new URL(page.url()).search).toBe("?state=not_due");
  await page.goBack();
  await heading(page, "Overview");
  await page.context().close();
});

test("all pages of the list hold everyone once", async () => {
  const { page } = await signedIn(browser, service.operator, "/residents");
  await heading(page, "Residents");
  const seen: string[] = [];
  for (let at = 1; ; at += 1) {
    await page.waitForFunction((at) => document.querySelector('main [aria-current="true"]')?.textContent === String(at), at);
    await settled(page);
    seen.push(...(await page.getByRole("rowheader").getByRole("link").evaluateAll((links) => links.map((link) => link.getAttribute("href") ?? ""))));
    const next = page.getByRole("button", { name: "Next page" });
    if (await next.isDisabled()) break;
    const answered = page.waitForResponse("**/api/residents/search");
    await next.click();
    await answered;
  }
  expect(seen).toHaveLength(200);
  expect(new Set(seen).size).toBe(200);
  await page.context().close();
});

test("what somebody else changed meanwhile is not overwritten", async () => {
  const one = await signedIn(browser, service.operator, UNDISTURBED);
  await one.page.getByRole("rowheader").getByRole("link").nth(0).click();
  await one.page.getByRole("button", { name: "Correct" }).waitFor();
  const other = await signedIn(browser, service.uploader, new URL(one.page.url()).pathname);

  await one.page.getByRole("button", { name: "Correct" }).click();
  await one.page.getByRole("dialog").getByLabel("First name").fill("Philippa");
  await other.page.getByRole("button", { name: "Correct" }).click();
  await other.page.getByRole("dialog").getByLabel("Last name").fill("Quarrington");
  await other.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await heading(other.page, /Quarrington$/);

  await one.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await one.page.getByText("This record has changed meanwhile").waitFor();
  await one.page.locator("main h1", { hasText: "Quarrington" }).waitFor({ state: "attached" });
  await one.page.getByRole("dialog").getByRole("button", { name: "Save" }).click();
  await heading(one.page, "Philippa Quarrington");
  await Promise.all([one, other].map(({ page }) => page.context().close()));
});

test("a wrong number is refused beside its field, and the rest of the form is kept", async () => {
  const { page } = await signedIn(browser, service.uploader, "/residents?sort=registered");
  await page.getByRole("rowheader").getByRole("link").nth(7).click();
  await page.getByRole("button", { name: "Correct" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Notes from the list").fill("Has a new phone.");
  await dialog.getByLabel("Number").fill("12");
  await dialog.getByRole("button", { name: "Save" }).click();
  await dialog.getByLabel("Number").and(page.locator("[aria-invalid=true]")).waitFor();
  expect(await dialog.getByLabel("Notes from the list").inputValue()).toBe("Has a new phone.");
  await page.context().close();
});

test("the file that is saved holds those whom the list shows", async () => {
  const { page } = await signedIn(browser, service.uploader, UNDISTURBED);
  await settled(page);
  const names = await page.getByRole("rowheader").getByRole("link").allInnerTexts();
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as CSV" }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe("residents.csv");
  const [head, ...rows] = readFileSync(await file.path(), "utf8").trim().split("\r\n");
  // What one column of the screen has of two things there is two of the file.
  const columns = (await page.getByRole("columnheader").allInnerTexts()).map((name) => name.trim());
  const apart: Record<string, string[]> = { Name: ["First name", "Last name"], Today: ["Today", "Paused until"], Number: ["Number", "Number does not exist"] };
  const zoneless = head?.replace("\ufeff", "").replaceAll(" (Europe/London)", "").split(",");
  expect(zoneless).toEqual(columns.flatMap((name) => apart[name] ?? [name]));
  expect(rows.map((row) => row.split(",").slice(0, 2).join(" "))).toEqual(names);
  expect(rows.map((row) => row.split(",")[2])).toEqual(await page.locator("tbody .state").allInnerTexts());
  await page.context().close();
});

test("whoever is deleted is gone, once the reason is chosen and the question answered", async () => {
  const { page } = await signedIn(browser, service.operator, UNDISTURBED);
  await page.getByRole("rowheader").getByRole("link").last().click();
  await page.getByRole("button", { name: "Delete" }).click();
  const dialog = page.getByRole("dialog");
  const sure = dialog.getByRole("button", { name: "Delete" });
  await dialog.getByRole("checkbox").check();
  expect(await sure.isDisabled()).toBe(true);
  await choose(dialog.getByLabel("Reason"), "They live elsewhere now");
  const { pathname } = new URL(page.url());
  await sure.click();
  await heading(page, "Residents");
  await page.goto(pathname);
  await page.getByText("Not found").waitFor();
  await page.context().close();
});

test("whoever is erased is gone for good, once the reason is chosen and the name typed again", async () => {
  const { page } = await signedIn(browser, service.operator, UNDISTURBED);
  await page.getByRole("rowheader").getByRole("link").last().click();
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save all data" }).click();
  const file = await saved;
  const [, id] = new URL(page.url()).pathname.split("/residents/");
  expect(file.suggestedFilename()).toBe(`resident-${id}.json`);
  const kept = JSON.parse(readFileSync(await file.path(), "utf8")) as { classes: { class: string; items: unknown[] }[] };
  expect(kept.classes.find((one) => one.class === "register")?.items.length).toBe(1);
  await page.getByRole("button", { name: "Erase" }).click();
  const name = (await page.getByRole("heading", { level: 1 }).innerText()).trim();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("become blank lines").waitFor();
  await choose(dialog.getByLabel("Reason"), "They asked to be erased");
  const sure = dialog.getByRole("button", { name: "Erase", exact: true });
  expect(await sure.isDisabled()).toBe(true);
  await dialog.getByLabel("Type their reference or whole name").fill("somebody else");
  await sure.click();
  await dialog.getByText("the reference or the whole name of this person").waitFor();
  await dialog.getByLabel("Type their reference or whole name").fill(name.toUpperCase());
  const { pathname } = new URL(page.url());
  await sure.click();
  await heading(page, "Residents");
  expect(await asked(page, `/api${pathname}/erasure`)).toBe(200);
  await page.goto(pathname);
  await page.getByText("Not found").waitFor();
  await page.context().close();
});

test("what is not for somebody opens neither by link nor by the API", async () => {
  for (const [account, paths] of [[service.uploader, ["/operations", "/audit", "/users"]], [service.agent, ["/operations", "/audit", "/users"]]] as const) {
    const { page } = await signedIn(browser, account, "/overview");
    await heading(page, "Overview");
    const pages = page.getByRole("navigation", { name: "Pages" });
    for (const label of ["Operations", "Audit log", "Users"]) expect(await pages.getByRole("link", { name: label }).count()).toBe(0);
    for (const path of paths) {
      await page.goto(path);
      await heading(page, "Not for your account");
    }
    for (const path of ["/api/queues", "/api/dead-letters", "/api/audit", "/api/users"]) expect(await asked(page, path), path).toBe(403);
    await page.context().close();
  }
});

test("a session that is over leads to the sign-in, and back to where one was", async () => {
  const { page } = await signedIn(browser, service.agent, "/residents?state=well");
  await heading(page, "Residents");
  await page.evaluate(() => sessionStorage.setItem("rollcall.session", JSON.stringify({ token: "over", name: "agent", groups: ["Agents"] })));
  await page.reload();
  await page.getByText("You were signed out because your time was up.").waitFor();
  await signIn(page, service.agent);
  await heading(page, "Residents");
  expect(new URL(page.url()).search).toBe("?state=well");
  await page.context().close();
});

test("the overview follows the day by itself", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview");
  await page.getByText(/^Live, last change /).waitFor();
  const uncalled = async () => Number(await page.locator("li", { has: page.getByRole("link", { name: "Not called" }) }).locator(".figure").innerText());
  const before = await uncalled();

  const clerk = await signedIn(browser, service.uploader, "/residents?only=switched-on&sort=registered");
  await clerk.page.getByRole("rowheader").getByRole("link").nth(9).click();
  await clerk.page.getByRole("button", { name: "Switch off" }).click();
  await clerk.page.getByRole("dialog").getByLabel("Reason").fill("Moved away");
  await insist(clerk.page, "Switch off");
  await clerk.page.getByText("Switched off: Moved away").waitFor();
  await expect.poll(uncalled, { timeout: 15_000 }).toBeGreaterThan(before);
  await Promise.all([page, clerk.page].map((it) => it.context().close()));
});

test("a new user signs in with the rights that were given, until they are removed", async () => {
  const { page } = await signedIn(browser, service.operator, "/users");
  await page.getByRole("button", { name: "Add a user" }).click();
  const dialog = page.getByRole("dialog");
  const account = { name: "new.clerk", password: "a long enough password" };
  await dialog.getByLabel("Name").fill(account.name);
  await dialog.getByLabel("Password").fill(account.password);
  await dialog.getByLabel("Uploader").check();
  await dialog.getByRole("button", { name: "Add", exact: true }).click();
  await page.getByRole("rowheader", { name: account.name }).waitFor();

  const clerk = await signedIn(browser, account, "/residents");
  await heading(clerk.page, "Residents");
  await page.getByRole("button", { name: `Remove ${account.name}` }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Remove", exact: true }).click();
  await page.getByRole("rowheader", { name: account.name }).waitFor({ state: "detached" });
  await clerk.page.reload();
  await clerk.page.getByText("You were signed out because your time was up.").waitFor();
  await Promise.all([page, clerk.page].map((it) => it.context().close()));
});

test("the list of pages stays as it was put when the window is narrow for a moment", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview");
  await heading(page, "Overview");
  const pages = page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Residents" });
  const narrowAndBack = async () => {
    await page.setViewportSize({ width: 400, height: 640 });
    // Closed by itself: it would cover the page.
    await pages.waitFor({ state: "hidden" });
    await page.setViewportSize({ width: 1360, height: 900 });
  };
  await pages.waitFor();
  await narrowAndBack();
  await pages.click();
  await heading(page, "Residents");
  await page.getByRole("button", { name: "Hide the pages" }).click();
  await pages.waitFor({ state: "hidden" });
  await narrowAndBack();
  await settled(page);
  expect(await pages.isVisible(), "whoever closed it wants it closed").toBe(false);
  await page.context().close();
});
