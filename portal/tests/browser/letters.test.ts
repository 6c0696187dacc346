/** An operator's work: to find what got stuck, to understand it, to mend it, to send it back. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { asked, choose, heading, inspect, launch, settled, signedIn } from "./browser";
import { enqueue, type Service, start } from "./service";

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
beforeAll(async () => {
  [browser, { service, stop }] = await Promise.all([launch(), start(60)]);
  await poison("call_requests", call({ expires: FAR }), call({ expires: FAR }), "{ nonsense");
  await poison("rows", '{"kind": "rows_chunk", "version": 1}');
});
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser.close();
  await stop();
});

const FAR = "2036-11-23T09:00:00Z";
/** Nobody on the register: the message is taken, and nobody is called. */
const NOBODY = "6f9c1d52-4f1e-5c0a-9d3b-21a760b844c2";
/** A telephone number that may not be seen before somebody says what for. */
const SECRET = "+447700900123";

let number = 0;
/** A call request with this in its body beside what is right. */
function call(body: object): string {
  number += 1;
  const request = `6f9c1d52-4f1e-5c0a-9d3b-${String(number).padStart(12, "0")}`;
  return JSON.stringify({ kind: "call_request", version: 1, sent_at: "2026-11-23T09:00:00Z", trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", body: { request, resident: NOBODY, ...body } });
}

function poison(queue: string, ...bodies: string[]): Promise<void> {
  return enqueue(service, queue, bodies);
}

interface Letter {
  id: string;
  state: string;
  reason: string;
  edits: number;
}

/** What the service itself has, asked as whoever is signed in. */
async function got<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(async (path) => {
    const { token } = JSON.parse(sessionStorage.getItem("rollcall.session") ?? "{}") as { token: string };
    return (await fetch(path, { headers: { Authorization: `Bearer ${token}` } })).json() as Promise<unknown>;
  }, path) as Promise<T>;
}

const letters = async (page: Page, query: string) => (await got<{ items: Letter[] }>(page, `/api/dead-letters?size=100&${query}`)).items;
const field = (page: Page) => page.getByRole("textbox", { name: "The message as it should be" });
const list = (page: Page) => page.locator("#letters");
const idOf = (page: Page) => new URL(page.url()).pathname.split("/").pop() ?? "";

async function operations(path = "/operations", options: BrowserContextOptions = {}) {
  const opened = await signedIn(browser, service.operator, path, { baseURL: service.at, ...options });
  await heading(opened.page, "Operations");
  return opened;
}

/** What kinds of letters the list shows. */
async function kinds(page: Page): Promise<string[]> {
  const names = await list(page).getByRole("rowheader").allInnerTexts();
  return [...new Set(names.map((name) => name.replace(/ [0-9a-f]{8}$/, "")))];
}

/** The page of the first letter that the list shows, once it shows one. */
async function opened(page: Page): Promise<void> {
  await list(page).getByRole("rowheader").getByRole("link").first().click();
  await heading(page, /[0-9a-f]{8}$/);
  await page.getByRole("heading", { name: "Why it was set aside" }).waitFor();
}

test("a poisoned message is found, understood, mended and replayed, in well under two minutes", async () => {
  const { page, complaints } = await operations();
  const began = performance.now();
  const group = page.getByRole("row").filter({ hasText: "The body of this call_request is not of the expected form" }).filter({ has: page.getByRole("button", { name: /^Replay all/ }) });
  await group.getByRole("link").click();
  await expect.poll(() => list(page).getByRole("rowheader").count(), { message: "only those of this cause" }).toBe(2);
  await settled(page);
  await inspect(page, "light-operations-letters");
  await opened(page);

  await page.getByText("It would be set aside again").waitFor();
  expect(await page.locator("main").innerText()).not.toContain(NOBODY);
  await settled(page);
  await inspect(page, "light-letter");
  await page.getByRole("button", { name: "Show and mend" }).click();
  await field(page).waitFor();
  await page.getByText('"expires" is not known here. Is "expires_at" meant?').waitFor();
  await inspect(page, "light-letter-edit");
  await field(page).fill((await field(page).inputValue()).replace('"expires"', '"expires_at"'));
  await page.getByText("the resident is not on the register any more").waitFor();
  await page.getByLabel("Why do you edit it?").fill("The field had a wrong name");
  await inspect(page, "light-letter-mended");
  await page.getByRole("button", { name: "Save and replay" }).click();
  await page.getByText("It is dealt with", { exact: true }).waitFor();
  expect(performance.now() - began, "a machine reads faster than people: a quarter of their time").toBeLessThan(30_000);

  const id = idOf(page);
  expect(await got<Letter>(page, `/api/dead-letters/${id}`)).toMatchObject({ state: "applied", edits: 1 });
  await page.getByText("Edited by operator").waitFor();
  await page.getByText("The field had a wrong name.").waitFor();
  await page.getByRole("region", { name: "As it is now", exact: true }).getByText('"expires_at"').waitFor();
  await settled(page);
  await inspect(page, "light-letter-applied");
  await page.goBack();
  await heading(page, "Operations");
  await expect.poll(() => list(page).getByRole("rowheader").count(), { message: "one fewer waits" }).toBe(1);
  const { items } = await got<{ items: { action: string; detail: string }[] }>(page, "/api/audit");
  expect(items.filter(({ action, detail }) => action === "letter.view" && detail === `${id} mend`)).toHaveLength(1);
  expect(complaints).toEqual([]);
});

test("what is in a message is hidden until somebody says what for", async () => {
  await poison("rows", `{"kind": "rows_chunk", "version": 1, "number": "${SECRET}"}`);
  const { page, complaints } = await operations("/operations?queue=rows");
  await expect.poll(async () => (await letters(page, "queue=rows")).length).toBe(2);
  const texts: string[] = [];
  page.on("response", (response) => void response.text().then((text) => texts.push(text), () => undefined));
  await page.reload();
  await list(page).getByRole("rowheader").nth(1).getByRole("link").click();
  await page.getByText("It would be set aside again").waitFor();
  await settled(page);
  expect(texts.filter((text) => text.includes(SECRET)), "not even sent").toEqual([]);
  const views = async () => (await got<{ items: { action: string; detail: string }[] }>(page, "/api/audit")).items.filter(({ action, detail }) => action === "letter.view" && detail.startsWith(idOf(page)));
  expect(await views()).toEqual([]);
  expect(await page.getByRole("button", { name: "Show it" }).isDisabled(), "without a purpose").toBe(true);
  await choose(page.getByRole("button", { name: "What for?" }), "Somebody has complained");
  await page.getByRole("button", { name: "Show it" }).click();
  await page.getByText(SECRET).waitFor();
  expect((await views()).map(({ detail }) => detail)).toEqual([`${idOf(page)} complaint`]);
  await page.getByRole("button", { name: "Hide", exact: true }).click();
  await page.getByText(SECRET).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
});

test("a message is found by what it is about, and the way back leads through the searches", async () => {
  const { page } = await operations();
  await list(page).getByRole("rowheader").first().waitFor();
  await list(page).getByLabel("What went wrong").fill("broken json");
  await page.keyboard.press("Enter");
  await page.waitForURL(/cause=broken/);
  await expect.poll(() => kinds(page)).toEqual(["Unreadable message"]);
  await list(page).getByLabel("Resident").fill(`${service.at}/residents/${NOBODY}`);
  await page.keyboard.press("Enter");
  await list(page).getByText("No letter fits this search.").waitFor();
  expect(new URL(page.url()).searchParams.get("resident")).toBe(NOBODY);
  await inspect(page, "light-operations-none");
  await list(page).getByRole("button", { name: "Empty the cause" }).click();
  await expect.poll(() => kinds(page)).toEqual(["Call request"]);
  await page.goBack();
  await list(page).getByText("No letter fits this search.").waitFor();
  expect(await list(page).getByLabel("What went wrong").inputValue()).toBe("broken json");
  await page.goBack();
  await expect.poll(() => kinds(page)).toEqual(["Unreadable message"]);
  await list(page).getByLabel("Resident").fill("Ada");
  await page.keyboard.press("Enter");
  await list(page).getByText("Paste the id of a resident").waitFor();

  await page.goto("/operations?last=86400&state=discarded");
  await list(page).getByText("No letter fits this search.").waitFor();
  await list(page).getByRole("button", { name: "Show all", exact: true }).click();
  await list(page).getByRole("rowheader").nth(1).waitFor();
  expect(new URL(page.url()).search).toBe("");
  await page.goto("/operations?from=2020-01-01T00:00:00Z&until=2020-01-02T00:00:00Z");
  await list(page).getByText("No letter fits this search.").waitFor();
  await list(page).getByRole("button", { name: /^Set aside/ }).click();
  await inspect(page, "light-operations-period");
  await page.getByRole("button", { name: "The last", exact: true }).click();
  await page.getByRole("radio", { name: "Last 24 hours" }).check();
  await page.getByRole("button", { name: "Apply" }).click();
  await list(page).getByRole("rowheader").nth(1).waitFor();
  expect(new URL(page.url()).search).toBe("?last=86400");
});

test("what is wrong with an edit is said by its line, and nothing is saved until it is right", async () => {
  const { page } = await operations("/operations?kind=unreadable");
  await opened(page);
  await page.getByRole("button", { name: "Show and mend" }).click();
  await field(page).waitFor();
  await field(page).fill('{\n  "kind": "call_request"\n  "version": 1\n}');
  await page.getByText("A comma or a } is missing here.").waitFor();
  await page.getByRole("button", { name: "Save only" }).click();
  await page.getByText("Say in a few words why.").waitFor();
  await page.getByRole("button", { name: "Line 2" }).click();
  expect(await field(page).evaluate((area: HTMLTextAreaElement) => area.value.slice(area.selectionStart, area.selectionEnd))).toBe('  "kind": "call_request"');
  await field(page).fill('{\n  "kind": "call_request",\n  "version": 3\n}');
  await page.getByText("It has to be 1.").waitFor();
  await page.getByText('"sent_at" is missing.').waitFor();
  // What no schema says, the handler does.
  await field(page).fill(call({ expires_at: "soon" }));
  await page.getByText("It would be set aside again").waitFor();
  await page.getByLabel("Why do you edit it?").fill("A try");
  await page.getByRole("button", { name: "Save only" }).click();
  await page.locator("#edit-findings").getByText("body.expires_at", { exact: true }).waitFor();
  await page.getByText("It was not saved.").waitFor();
  expect(await got<Letter>(page, `/api/dead-letters/${idOf(page)}`)).toMatchObject({ state: "open", edits: 0 });
  await inspect(page, "light-letter-refused");
  await page.getByRole("button", { name: "Cancel" }).click();

  await page.getByRole("button", { name: "Replay", exact: true }).click();
  await page.getByText("It was set aside again", { exact: true }).waitFor();
  await inspect(page, "light-letter-again");
});

test("many are replayed at a chosen rate, and stopped", async () => {
  await poison("call_requests", ...Array.from({ length: 40 }, () => call({ colour: "red" })));
  const { page, complaints } = await operations("/operations?queue=call_requests&cause=expected+form");
  await expect.poll(async () => (await letters(page, "queue=call_requests&cause=expected+form")).length, { timeout: 30_000 }).toBeGreaterThan(40);
  await page.reload();
  await list(page).getByRole("rowheader").nth(24).waitFor();
  await list(page).getByRole("button", { name: "Replay all that match" }).click();
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel("Letters a minute").fill("0");
  await dialog.getByText("Enter a whole number from 1 to 6,000.").waitFor();
  expect(await dialog.getByRole("button", { name: "Replay", exact: true }).isDisabled()).toBe(true);
  await dialog.getByLabel("Letters a minute").fill("6");
  await inspect(page, "light-operations-replay");
  await dialog.getByRole("button", { name: "Replay", exact: true }).click();
  await dialog.waitFor({ state: "detached" });
  const stopButton = page.getByRole("button", { name: /^Stop the replay of / });
  await stopButton.waitFor();
  await page.getByText(/[1-9]\d* of 4\d sent/).waitFor({ timeout: 30_000 });
  await inspect(page, "light-operations-replaying");
  await stopButton.click();
  await page.getByText(/^Stopped by operator\./).first().waitFor();
  const [job] = await got<{ state: string; sent: number; total: number }[]>(page, "/api/dead-letters/replays");
  expect(job).toMatchObject({ state: "stopped" });
  expect(job?.sent).toBeLessThan(job?.total ?? 0);

  // A selection goes at once.
  await list(page).getByRole("checkbox", { name: /^Choose Call request/ }).first().check();
  await list(page).getByRole("button", { name: "Replay 1 chosen" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Replay", exact: true }).click();
  await page.getByText("1 of 1 sent").first().waitFor();
  expect(complaints).toEqual([]);
});

test("all that match are discarded as one job, with a reason", async () => {
  await poison("call_requests", ...Array.from({ length: 30 }, () => "{\"kind\": \"nonsense\""));
  const { page, complaints } = await operations("/operations?queue=call_requests&kind=unreadable");
  await expect.poll(async () => (await letters(page, "queue=call_requests&kind=unreadable")).length, { timeout: 30_000 }).toBeGreaterThanOrEqual(30);
  await page.reload();
  await list(page).getByRole("rowheader").nth(24).waitFor();
  await list(page).getByRole("button", { name: "Discard all that match" }).click();
  const dialog = page.getByRole("dialog");
  const discard = dialog.getByRole("button", { name: "Discard", exact: true });
  expect(await discard.isDisabled()).toBe(true);
  await dialog.getByLabel("Reason").fill("a test of the queue");
  await dialog.getByLabel("Nobody needs these messages any more").check();
  await inspect(page, "light-operations-discard-all");
  await discard.click();
  await dialog.waitFor({ state: "detached" });
  await page.getByText(/^Finished\. 3\d of 3\d discarded/).first().waitFor({ timeout: 30_000 });
  expect(await letters(page, "queue=call_requests&kind=unreadable")).toEqual([]);
  const [job] = await got<{ deed: string; reason: string }[]>(page, "/api/dead-letters/replays");
  expect(job).toMatchObject({ deed: "discard", reason: "a test of the queue" });
  expect(complaints).toEqual([]);
});

test("letters are discarded with a reason, one or a few", async () => {
  const { page } = await operations("/operations?cause=expected+form&queue=call_requests");
  const before = (await letters(page, "state=discarded")).length;
  for (const nth of [0, 1]) await list(page).getByRole("checkbox", { name: /^Choose Call request/ }).nth(nth).check();
  await list(page).getByRole("button", { name: "Discard chosen" }).click();
  const dialog = page.getByRole("dialog");
  const discard = dialog.getByRole("button", { name: "Discard", exact: true });
  await dialog.getByLabel("Reason").fill("A test of last week");
  expect(await discard.isDisabled(), "without the confirmation").toBe(true);
  await dialog.getByLabel("Nobody needs these messages any more").check();
  await inspect(page, "light-operations-discard");
  await discard.click();
  await dialog.waitFor({ state: "detached" });
  expect(await letters(page, "state=discarded")).toHaveLength(before + 2);

  await opened(page);
  await page.getByRole("button", { name: "Discard", exact: true }).click();
  await dialog.getByLabel("Nobody needs this message any more").check();
  expect(await discard.isDisabled(), "without a reason").toBe(true);
  await dialog.getByLabel("Reason").fill("One more");
  await discard.click();
  await page.getByText("It was discarded").waitFor();
  await page.getByText("One more.").first().waitFor();
  expect(await page.getByRole("button", { name: "Replay", exact: true }).count()).toBe(0);
});

test("all of it goes by keyboard alone", async () => {
  await poison("call_requests", call({ expires: FAR }));
  const { page } = await operations("/operations?queue=call_requests&kind=call_request");
  const tabTo = async (is: RegExp) => {
    for (let key = 0; key < 90; key += 1) {
      await page.keyboard.press("Tab");
      const label = await page.evaluate(() => {
        const at = document.activeElement as HTMLElement;
        return (at.getAttribute("aria-label") ?? (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0]?.textContent : at.textContent) ?? "").trim();
      });
      if (is.test(label)) return;
    }
    throw new Error(`Tab does not lead to ${is}`);
  };
  await list(page).getByRole("rowheader").first().waitFor();
  await tabTo(/^Call request /);
  await page.keyboard.press("Enter");
  await heading(page, /^Call request /);
  await page.getByText("It would be set aside again").waitFor();
  await tabTo(/^Show and mend$/);
  await page.keyboard.press("Enter");
  await field(page).waitFor();
  await tabTo(/^The message as it should be$/);
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(call({ expires_at: FAR }));
  await page.getByText("the resident is not on the register any more").waitFor();
  await tabTo(/^Why do you edit it\?/);
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await page.getByText("It is dealt with", { exact: true }).waitFor();
  expect(await page.evaluate(() => document.activeElement?.textContent), "the outcome is where the keyboard is").toContain("It is dealt with");
});

const LOOKS: Record<string, BrowserContextOptions> = {
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 }, reducedMotion: "reduce" },
  double: { viewport: { width: 680, height: 450 }, deviceScaleFactor: 2 },
};

test.each(Object.entries(LOOKS))("in a window that is %s", async (look, options) => {
  await poison("call_requests", call({ expires: FAR }));
  const { page, complaints } = await operations("/operations", options);
  await page.goto("/operations?cause=expected+form&queue=call_requests");
  await list(page).getByRole("rowheader").first().waitFor();
  await settled(page);
  await inspect(page, `${look}-operations-letters`);
  await list(page).getByRole("button", { name: "Replay all that match" }).click();
  await page.getByRole("dialog").waitFor();
  await inspect(page, `${look}-operations-replay`);
  await page.keyboard.press("Escape");
  await opened(page);
  await page.getByText("It would be set aside again").waitFor();
  await settled(page);
  await inspect(page, `${look}-letter`);
  await page.getByRole("button", { name: "Show and mend" }).click();
  await field(page).waitFor();
  await inspect(page, `${look}-letter-edit`);
  expect(complaints).toEqual([]);
});

test("only operators get to it, by link or by the API", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview", { baseURL: service.at });
  await heading(page, "Overview");
  await page.goto(`/operations/letters/${NOBODY}`);
  await heading(page, "Not for your account");
  const json = (body: object) => ({ method: "POST", body: JSON.stringify(body) });
  const one = `/api/dead-letters/${NOBODY}`;
  for (const [path, init] of [[one, {}], ["/api/dead-letters/groups", {}], [`${one}/reveal`, json({ purpose: "mend" })], [`${one}/replay`, json({})], [`${one}/discard`, json({ reason: "why" })], ["/api/dead-letters/replays", json({ matching: {} })]] as const) {
    expect(await asked(page, path, init), path).toBe(403);
  }
});
