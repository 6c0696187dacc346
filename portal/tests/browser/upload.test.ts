/** From a list as councils have them to people on the register, and back. */
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { asked, heading, inspect, launch, NASTY, service, settled, signedIn } from "./browser";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

async function choose(page: Page, file: Parameters<ReturnType<Page["locator"]>["setInputFiles"]>[0], name: string): Promise<void> {
  await page.locator('input[type="file"]').setInputFiles(file);
  await heading(page, name);
  await settled(page);
}

/** The figures of the bar, in its order. */
async function figures(page: Page): Promise<number[]> {
  return (await page.locator("main .ledger-parts .figure").allInnerTexts()).map(Number);
}

async function load(page: Page, verb: string): Promise<void> {
  await page.getByRole("button", { name: verb }).click();
  await page.waitForURL("**/batches/*");
  await page.getByText("Every row of the file is accounted for.", { exact: false }).waitFor();
}

async function undo(page: Page, outcome: string): Promise<void> {
  await page.getByRole("button", { name: "Undo", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("are taken off the register").waitFor();
  // It fades in.
  await page.waitForTimeout(400);
  await inspect(page, "light-batch-undo");
  await dialog.getByRole("button", { name: "Undo", exact: true }).click();
  await page.getByText(outcome).waitFor();
  await page.getByText("Its people were taken off the register.").waitFor();
  expect(await page.getByRole("button", { name: "Undo", exact: true }).count()).toBe(0);
}

async function people(page: Page): Promise<string[]> {
  await page.getByRole("link", { name: "The people whom it brought" }).click();
  await heading(page, "Residents");
  await page.getByRole("rowheader").first().waitFor();
  const names = await page.getByRole("rowheader").getByRole("link").allInnerTexts();
  await page.goBack();
  await page.getByText("Every row of the file is accounted for.").waitFor();
  return names;
}

test("a nasty list is looked at, mended, loaded and undone", async () => {
  const { page, complaints } = await signedIn(browser, service.uploader, "/upload");
  await heading(page, "Upload");
  const everyone = async () => (await page.evaluate(async () => {
    const { token } = JSON.parse(sessionStorage.getItem("rollcall.session") ?? "{}") as { token: string };
    return ((await (await fetch("/api/overview", { headers: { Authorization: `Bearer ${token}` } })).json()) as { ledger: { total: number } }).ledger.total;
  }));
  const before = await everyone();
  await choose(page, NASTY, "nasty-list.csv");
  expect(await page.evaluate(() => document.activeElement?.tagName), "readers of the screen are told that there is a preview").toBe("H1");
  expect(await figures(page)).toEqual([3, 1, 4]);
  await page.getByText("Nothing is loaded until you press the button.").waitFor();
  const wrong = page.getByRole("table").filter({ has: page.getByRole("columnheader", { name: "What is wrong with it" }) });
  expect(await wrong.getByRole("rowheader").allInnerTexts()).toEqual(["4", "5", "6", "9"]);
  await page.getByRole("rowheader", { name: "@Bob =1+1" }).waitFor();
  await page.getByRole("cell", { name: "+447700900801" }).waitFor();
  await inspect(page, "light-preview-nasty");

  const address = page.url();
  await page.reload();
  await heading(page, "nasty-list.csv");
  await settled(page);
  expect(await figures(page)).toEqual([3, 1, 4]);
  expect(await everyone(), "looking loads nobody").toBe(before);

  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save bad rows as CSV" }).click();
  const file = await saving;
  expect(file.suggestedFilename()).toBe("bad-rows.csv");
  const bad = readFileSync(await file.path(), "utf8");
  const mended = bad
    .split("\r\n")
    .map((row) => row.replace("07700 90;", "07700900803;").replace("P-4;;;", "P-4;Found;Name;").replace("P-5;Few;Cells", "P-5;Few;Cells;07700900805;;;no"))
    .map((row) => (row.includes("P-6") ? "mended;P-6;Dash;Zoë;07700900806;;;no" : row));
  await choose(page, { name: "mended.csv", mimeType: "text/csv", buffer: Buffer.from(mended.join("\r\n")) }, "mended.csv");
  expect(page.url()).not.toBe(address);
  expect(await figures(page)).toEqual([4, 0, 0]);
  await load(page, "Load 4 people");
  expect(await figures(page)).toEqual([4, 0, 0]);
  expect((await people(page)).sort()).toEqual(["Cells Few", "Name Found", "Number Short", "Zoë Dash"]);

  await page.goBack();
  await page.getByText("This file was loaded").waitFor();
  expect(await page.getByRole("button", { name: /^Load \d/ }).count()).toBe(0);
  await page.goBack();
  await heading(page, "nasty-list.csv");
  expect(page.url()).toBe(address);
  await load(page, "Load 3 people");
  expect(await figures(page)).toEqual([3, 1, 4]);
  await settled(page);
  expect(await wrong.getByRole("rowheader").allInnerTexts()).toEqual(["4", "5", "6", "9"]);
  await inspect(page, "light-batch-loaded");
  expect(await everyone()).toBe(before + 7);

  await undo(page, "3 people taken off the register.");
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Batches" }).click();
  await heading(page, "Batches");
  const row = page.getByRole("row").filter({ has: page.getByRole("link", { name: "mended.csv" }) });
  await row.getByText("Loaded", { exact: true }).waitFor();
  await row.getByText(service.uploader.name, { exact: true }).waitFor();
  await page.getByRole("row").filter({ has: page.getByRole("link", { name: "nasty-list.csv" }) }).getByText("Undone").waitFor();
  await row.getByRole("link", { name: "mended.csv" }).click();
  await heading(page, "mended.csv");
  await undo(page, "4 people taken off the register.");
  expect(await everyone(), "as it was").toBe(before);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a file that is no list is refused as a whole, with one reason and nothing to load", async () => {
  const { page } = await signedIn(browser, service.operator, "/upload");
  await choose(page, { name: "numbers.csv", mimeType: "text/csv", buffer: Buffer.from("firstName,lastName\nAda,Example\n") }, "numbers.csv");
  await page.getByText("Nothing of this file can be read").waitFor();
  await page.getByText("No column holds the phone numbers", { exact: false }).waitFor();
  expect(await page.getByRole("button", { name: /^Load / }).count()).toBe(0);
  await inspect(page, "light-preview-refused");

  await page.locator('input[type="file"]').setInputFiles({ name: "empty.csv", mimeType: "text/csv", buffer: Buffer.alloc(0) });
  await page.getByText("This file is empty.").waitFor();
  await page.goto("/upload/00000000-0000-4000-8000-000000000000");
  await page.getByText("Not found").waitFor();
  await page.context().close();
});

test("a file is dropped, and one that is too long to be looked at says so", async () => {
  const { page } = await signedIn(browser, service.uploader, "/upload");
  await heading(page, "Upload");
  const rows = Array.from({ length: 60_000 }, (_, at) => `Ada,Example ${at},+447700900${String(at % 1000).padStart(3, "0")},D-${at},no`);
  const list = `firstName,lastName,number,reference,consent\n${rows.join("\n")}\n`;
  const transfer = await page.evaluateHandle((list) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([list], "long.csv", { type: "text/csv" }));
    return transfer;
  }, list);
  await page.locator("main .drop").dispatchEvent("drop", { dataTransfer: transfer });
  await heading(page, "long.csv");
  await page.getByText(/^Only the first [\d,]+ rows were looked at$/).waitFor();
  await page.getByRole("button", { name: "Load the whole file" }).waitFor();
  await page.context().close();
});

test("sending moves a bar, and can be stopped", async () => {
  const { page } = await signedIn(browser, service.uploader, "/upload");
  let arrived = false;
  await page.route("**/api/uploads/*/file", (route) => {
    expect(route.request().headers()["authorization"]).toMatch(/^Bearer /);
    arrived = true;
    // Never answered.
  });
  await page.locator('input[type="file"]').setInputFiles(NASTY);
  await page.getByRole("progressbar", { name: "Sending nasty-list.csv" }).waitFor();
  await expect.poll(() => arrived).toBe(true);
  await page.getByRole("button", { name: "Stop" }).click();
  await page.locator('input[type="file"]').waitFor({ state: "attached" });
  expect(new URL(page.url()).pathname).toBe("/upload");
  await page.context().close();
});

test("a place elsewhere gets its fields and the file, and never the token", async () => {
  const { page } = await signedIn(browser, service.uploader, "/upload");
  const elsewhere = `${service.at.replace("127.0.0.1", "localhost")}/store`;
  await page.route("**/api/uploads", (route) => route.fulfill({
    status: 201,
    json: { upload_id: "00000000-0000-4000-8000-000000000001", url: elsewhere, fields: { key: "staged/1" }, expires_at: "2026-11-23T00:00:00Z" },
  }));
  // The page may speak to the hosts of its policy only; what is asked is that which it would send there.
  const sent = page.evaluate(() => new Promise<{ names: string[]; headers: string[]; url: string }>((resolve) => {
    const headers: string[] = [];
    let url = "";
    XMLHttpRequest.prototype.open = function (_: string, to: string | URL) { url = String(to); };
    XMLHttpRequest.prototype.setRequestHeader = (name) => { headers.push(name); };
    XMLHttpRequest.prototype.send = (body) => resolve({ names: [...(body as FormData).keys()], headers, url });
  }));
  await page.locator('input[type="file"]').setInputFiles(NASTY);
  expect(await sent).toEqual({ names: ["key", "file"], headers: [], url: elsewhere });
  await page.context().close();
});

test("a list whose people were called stays, with the reason, and its remarks are read page by page", async () => {
  const { page } = await signedIn(browser, service.operator, "/batches");
  // The town of the demonstration, which is called from the first minute of its hours.
  await page.getByRole("rowheader").getByRole("link").last().click();
  await page.getByText("Every row of the file is accounted for.").waitFor();
  await expect.poll(async () => {
    await page.reload();
    await page.getByText("Every row of the file is accounted for.").waitFor();
    return page.getByText(/^It cannot be undone\. \d+ of the \d+ people whom this upload brought were called/).count();
  }, { timeout: 40_000, interval: 1_000 }).toBe(1);
  expect(await page.getByRole("button", { name: "Undo", exact: true }).count()).toBe(0);
  expect(await asked(page, `/api${new URL(page.url()).pathname}/undo`, { method: "POST" })).toBe(409);

  const known = page.getByRole("table").filter({ has: page.getByRole("columnheader", { name: "What to know" }) }).getByRole("rowheader");
  await expect.poll(() => known.count()).toBe(25);
  const first = await known.allInnerTexts();
  await page.getByRole("button", { name: "Next page" }).click();
  await expect.poll(() => known.count()).toBe(15);
  expect(new Set([...first, ...(await known.allInnerTexts())]).size).toBe(40);
  await page.goBack();
  await expect.poll(() => known.allInnerTexts()).toEqual(first);
  await page.context().close();
});

test("a load that takes long is followed to its end and no further, and so is an undo", async () => {
  const { page } = await signedIn(browser, service.uploader, "/batches");
  const id = "00000000-0000-4000-8000-000000000002";
  const batch = { id, at: "2026-11-23T09:00:00Z", by: "uploader", file_name: "long.csv", refusal: null, rows: 9_000, already_known: 0, rejected: 0 };
  const loads = [
    { ...batch, rows: null, stage: "reading", loaded: 0, finished: false, undo: { possible: false, reason: "This upload is still being loaded." } },
    ...[3_000, 6_000].map((loaded) => ({ ...batch, stage: "loading", loaded, finished: false, undo: { possible: false, reason: "This upload is still being loaded." } })),
    { ...batch, stage: "loaded", loaded: 9_000, finished: true, undo: { possible: true, reason: "2 people were changed by the staff since, and will stay." } },
  ];
  let [now, told] = [0, 0];
  await page.route(`**/api/batches/${id}`, (route) => {
    told += 1;
    return route.fulfill({ json: loads[now] });
  });
  await page.route(`**/api/batches/${id}/notes*`, (route) => route.fulfill({ json: { items: [] } }));
  const undos = [[202, 5_000], [202, 0], [200, 3_998]] as const;
  let undone = 0;
  await page.route(`**/api/batches/${id}/undo`, (route) => {
    const [status, removed] = undos[undone++] ?? [500, 0];
    return route.fulfill({ status, json: { finished: status === 200, removed, called: 0, changed: 2 } });
  });

  await page.goto(`/batches/${id}`);
  for (const sight of ["Reading the file", "3,000 of 9,000 rows dealt with", "6,000 of 9,000 rows dealt with", "9,000 of 9,000 rows dealt with"]) {
    await page.getByRole("heading", { name: sight }).waitFor();
    now = Math.min(now + 1, loads.length - 1);
  }
  const asks = told;
  await page.waitForTimeout(2_000);
  expect(told, "nobody asks about what is finished").toBe(asks);

  await page.getByRole("button", { name: "Undo", exact: true }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByText("2 people were changed by the staff since, and will stay.").waitFor();
  await dialog.getByRole("button", { name: "Undo", exact: true }).click();
  await dialog.getByText("5,000 people taken off so far.").waitFor();
  await page.getByText("8,998 people taken off the register. 2 people whom the staff changed since stay.").waitFor();
  expect(undone).toBe(undos.length);
  await page.context().close();
});

test("agents open neither the upload nor the batches, by link or by the API", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview");
  await heading(page, "Overview");
  const pages = page.getByRole("navigation", { name: "Pages" });
  for (const label of ["Upload", "Batches"]) expect(await pages.getByRole("link", { name: label }).count()).toBe(0);
  const id = "00000000-0000-4000-8000-000000000000";
  for (const path of ["/upload", `/upload/${id}`, "/batches", `/batches/${id}`]) {
    await page.goto(path);
    await heading(page, "Not for your account");
  }
  for (const path of ["/api/batches", `/api/batches/${id}`, `/api/uploads/${id}/preview`]) expect(await asked(page, path), path).toBe(403);
  expect(await asked(page, `/api/batches/${id}/undo`, { method: "POST" })).toBe(403);
  await page.context().close();
});
