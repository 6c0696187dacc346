/** Every page, as three kinds of people see it: in light and dark, in a wide window and a very narrow one. */
import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { heading, inspect, launch, NASTY, open, service, settled, signedIn } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

const LOOKS: Record<string, BrowserContextOptions> = {
  light: {},
  dark: { colorScheme: "dark" },
  // A small phone; and what remains of a small laptop at 400 %.
  narrow: { viewport: { width: 320, height: 640 }, reducedMotion: "reduce" },
  // A usual window at 200 %.
  double: { viewport: { width: 680, height: 450 }, deviceScaleFactor: 2 },
};

/** A dozen pages, each looked through by axe, also on a machine that does other things. */
const WALK_MS = 180_000;

describe.each(Object.entries(LOOKS))("%s", (look, options) => {
  test("the page to sign in", async () => {
    const { page, complaints } = await open(browser, "/", options);
    await inspect(page, `${look}-sign-in`);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("all pages of an operator", async () => {
    const { page, complaints } = await signedIn(browser, service.operator, "/", options);
    for (const [path, title] of [["/overview", "Overview"], ["/suppressions", "Suppressions"], ["/operations", "Operations"], ["/audit", "Audit log"], ["/users", "Users"], ["/residents", "Residents"], ["/nowhere", "Page not found"]] as const) {
      await page.goto(path);
      await heading(page, title);
      await settled(page);
      await inspect(page, `${look}-${title.toLowerCase().replaceAll(" ", "-")}`);
    }
    await page.goto("/residents");
    await page.getByRole("rowheader").getByRole("link").first().click();
    await heading(page, /^(?!Residents?$)/);
    await settled(page);
    await inspect(page, `${look}-resident`);
    // Dialogs differ little between the looks, and each costs seconds.
    const dialogs = ["light", "narrow"].includes(look) ? ["Pause", "Correct", "Switch off", "Suppress", "Delete", "Erase"] : [];
    for (const dialog of dialogs) {
      await page.getByRole("button", { name: dialog, exact: true }).first().click();
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).waitFor();
      await inspect(page, `${look}-resident-${dialog.toLowerCase().replaceAll(" ", "-")}`);
      await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
      await page.getByRole("dialog").waitFor({ state: "detached" });
    }
    expect(complaints).toEqual([]);
    await page.context().close();
  }, WALK_MS);

  test("all pages about lists, of an uploader", async () => {
    const { page, complaints } = await signedIn(browser, service.uploader, "/upload", options);
    await heading(page, "Upload");
    await inspect(page, `${look}-upload`);
    await page.locator('input[type="file"]').setInputFiles(NASTY);
    await heading(page, "nasty-list.csv");
    await settled(page);
    await inspect(page, `${look}-preview`);
    await page.goto("/batches");
    await heading(page, "Batches");
    await settled(page);
    await inspect(page, `${look}-batches`);
    await page.getByRole("rowheader").getByRole("link").last().click();
    await heading(page, /^(?!Batch(es)?$)/);
    await settled(page);
    await inspect(page, `${look}-batch`);
    expect(complaints).toEqual([]);
    await page.context().close();
  }, WALK_MS);
});
