/** An agent's work: to be offered somebody, to know who it is, to say what came of it. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest";
import { asked, choose, heading, inspect, launch, settled, signedIn } from "./browser";
import { type Service, start } from "./service";

/** Nearly everybody who asks to talk does so in the first hour of the day: five minutes here. */
const SPEED = 12;

let browser: Browser;
let service: Service;
let stop: () => Promise<void>;
beforeAll(async () => {
  [browser, { service, stop }] = await Promise.all([launch(), start(SPEED)]);
});
// An open desk of one test would be offered what the next one waits for.
afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
afterAll(async () => {
  await browser.close();
  await stop();
});

/** An offer comes when somebody on the register has asked to talk, and has been let go by the other agents. */
const OFFER_MS = 60_000;

interface Waiting {
  id: string;
  resident_id: string;
  last_result?: { disposition: string; by: string; contact_id?: string | null } | null;
  owed: boolean;
}

/** What the service itself has, asked as whoever is signed in. */
async function got<T>(page: Page, path: string): Promise<T> {
  return page.evaluate(async (path) => {
    const { token } = JSON.parse(sessionStorage.getItem("rollcall.session") ?? "{}") as { token: string };
    return (await fetch(path, { headers: { Authorization: `Bearer ${token}` } })).json() as Promise<unknown>;
  }, path) as Promise<T>;
}

interface AtDesk {
  phone: { status: string; call?: { contact_id: string; state: string; since: string; resident_id: string; callback_id: string } | null };
  callbacks: Waiting[];
}

const desk = (page: Page) => got<AtDesk>(page, "/api/desk");
const accept = (page: Page) => page.getByRole("button", { name: "Accept" });
const notes = (page: Page) => page.getByRole("textbox", { name: /^Notes/ });
const status = (page: Page, name: string) => page.getByRole("button", { name, exact: true });

async function atDesk(account: { name: string; password: string }, options: BrowserContextOptions = {}) {
  const opened = await signedIn(browser, account, "/desk", { baseURL: service.at, ...options });
  await heading(opened.page, "Desk");
  return opened;
}

/** Goes available and waits for an offer; answers whom it is about. */
async function offered(page: Page) {
  await status(page, "Available").click();
  await accept(page).waitFor({ timeout: OFFER_MS });
  const { phone } = await desk(page);
  if (!phone.call) throw new Error("the page shows an offer that the service does not have");
  return phone.call;
}

/** Ends the call if the other side has not. */
async function ended(page: Page): Promise<void> {
  const hangUp = page.getByRole("button", { name: "Hang up" });
  const over = page.getByText("The call is over", { exact: true });
  await hangUp.or(over).first().waitFor();
  await expect.poll(async () => {
    if (await over.isVisible()) return true;
    await hangUp.click({ timeout: 1_000 }).catch(() => undefined);
    return false;
  }, { timeout: 20_000, interval: 500 }).toBe(true);
}

/** Ends the call, says something of it, and leaves the phone. */
async function finish(page: Page): Promise<void> {
  await ended(page);
  await status(page, "Offline").click();
  await page.getByRole("radio", { name: "Left a message" }).first().check();
  await page.getByRole("button", { name: "Complete" }).first().click();
  await page.getByText("You are offline.").waitFor();
}

async function say(page: Page, what: string, note: string): Promise<void> {
  await page.getByRole("radio", { name: what }).check();
  await notes(page).fill(note);
}

test("an agent sees who is offered before they accept, and completes the callback", async () => {
  const { page, complaints } = await atDesk(service.agent);
  expect(new URL(page.url()).pathname).toBe("/desk");
  const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allInnerTexts();
  expect(links[0], "where an agent begins").toBe("Desk");

  // By the service's own clock, from the offer to the number on the screen.
  await status(page, "Available").click();
  await page.locator(".desk-record .big").filter({ hasText: "+" }).waitFor({ timeout: OFFER_MS });
  const { time } = await got<{ time: string }>(page, "/healthz");
  const call = await offered(page);
  const popped = (Date.parse(time) - Date.parse(call.since)) / SPEED;
  expect(popped, "on the screen within a second of the offer").toBeLessThan(1_000);
  const resident = await got<{ first_name: string; last_name: string; number: string }>(page, `/api/residents/${call.resident_id}`);
  const name = `${resident.first_name} ${resident.last_name}`;
  const record = page.getByRole("region", { name });
  await record.getByText(resident.number).waitFor();
  await record.getByRole("heading", { name: "The last calls" }).waitFor();
  expect((await desk(page)).phone.call, "nobody has accepted yet").toMatchObject({ contact_id: call.contact_id, state: "incoming" });
  await page.locator("[aria-live=assertive]").filter({ hasText: `A callback is offered: ${name}` }).waitFor({ state: "attached" });
  expect((await desk(page)).callbacks.map(({ id }) => id)).toContain(call.callback_id);

  await accept(page).click();
  await say(page, "Helped", "The heating works again.");
  await page.reload();
  await heading(page, "Desk");
  await expect.poll(() => notes(page).inputValue(), { message: "what was typed is still there" }).toBe("The heating works again.");
  expect(await page.getByRole("radio", { name: "Helped" }).isChecked()).toBe(true);
  await ended(page);
  await record.getByText(resident.number).waitFor();
  await inspect(page, "light-desk-wrap-up");
  await status(page, "Away").click();
  await page.getByRole("button", { name: "Complete" }).click();
  await page.getByText("You are away, and not offered callbacks.").waitFor();

  expect((await desk(page)).callbacks.map(({ id }) => id), "one fewer waits").not.toContain(call.callback_id);
  await page.getByRole("link", { name, exact: true }).waitFor({ state: "detached" });
  const kept = await got<Waiting>(page, `/api/desk/callbacks/${call.callback_id}`);
  expect(kept).toMatchObject({ owed: false, last_result: { disposition: "helped", by: service.agent.name, contact_id: call.contact_id } });
  const { staff_notes } = await got<{ staff_notes: { text: string; by: string }[] }>(page, `/api/residents/${call.resident_id}`);
  expect(staff_notes).toEqual([expect.objectContaining({ text: "The heating works again.", by: service.agent.name })]);
  expect(await page.evaluate(() => Object.keys(sessionStorage).filter((key) => key.startsWith("rollcall.draft."))), "sent, and forgotten here").toEqual([]);
  expect(complaints).toEqual([]);
});

test("somebody who did not answer comes back", async () => {
  const { page } = await atDesk(service.agent);
  const call = await offered(page);
  await accept(page).click();
  await ended(page);
  await page.getByRole("button", { name: "Complete" }).click();
  await page.getByText("Choose what came of the call.").waitFor();
  await page.getByRole("radio", { name: "No answer" }).check();
  await status(page, "Away").click();
  await page.getByRole("button", { name: "Complete" }).click();
  await page.getByText("You are away, and not offered callbacks.").waitFor();
  const mine = async () => (await desk(page)).callbacks.find(({ id }) => id === call.callback_id);
  expect(await mine()).toMatchObject({ owed: true, last_result: { disposition: "no_answer", by: service.agent.name } });
  await page.getByText("last: no answer").first().waitFor();
});

/** Takes whom it can; answers the row. */
async function takeOne(page: Page) {
  const takes = page.getByRole("button", { name: /^Take / });
  await takes.first().waitFor({ timeout: OFFER_MS });
  const taken = page.getByRole("listitem").filter({ hasText: "Taken by you" });
  // From the end: those at the front are offered to another agent at any moment, and cannot be taken then.
  await expect.poll(async () => {
    await takes.last().click({ timeout: 2_000 }).catch(() => undefined);
    return taken.waitFor({ timeout: 2_000 }).then(() => true, () => false);
  }, { timeout: 30_000 }).toBe(true);
  return taken;
}

test("a callback is taken, given back, put to the front and cancelled", async () => {
  const { page } = await atDesk(service.operator);
  const taken = await takeOne(page);
  const name = await taken.getByRole("link").innerText();
  const row = page.getByRole("listitem").filter({ has: page.getByRole("link", { name: new RegExp(`^${name}`) }) });
  const record = page.getByRole("region", { name });
  await record.getByRole("button", { name: "Complete" }).waitFor();
  expect(new URL(page.url()).searchParams.get("callback")).not.toBeNull();
  await notes(page).fill("Half a sentence");
  await page.reload();
  await expect.poll(() => notes(page).inputValue()).toBe("Half a sentence");
  await record.getByRole("button", { name: "Give back" }).click();
  await record.getByText("Do you want to ring them yourself?").waitFor();

  const more = (item: string) => async () => {
    await row.getByRole("button", { name: `More about ${name}` }).click();
    await page.getByRole("menuitem", { name: item }).click();
  };
  await more("To the front")();
  await row.getByText("To the front", { exact: true }).waitFor();
  expect(await page.getByRole("listitem").filter({ has: page.getByRole("button", { name: /^More about / }) }).first().getByRole("link").innerText()).toBe(name);
  await more("Cancel")();
  const dialog = page.getByRole("dialog");
  await dialog.getByRole("radio", { name: "They were heard of in another way" }).check();
  await dialog.getByRole("button", { name: "Cancel the callback" }).click();
  await dialog.waitFor({ state: "detached" });
  await row.waitFor({ state: "detached" });
  await record.getByText("They are not owed a callback any more.").waitFor();
});

test("a callback is accepted, ended and completed by keyboard alone, and typing is not disturbed by an offer", async () => {
  const { page } = await atDesk(service.agent);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  const tabTo = async (is: (label: string) => boolean) => {
    for (let key = 0; key < 60; key += 1) {
      await page.keyboard.press("Tab");
      const label = await page.evaluate(() => {
        const at = document.activeElement as HTMLElement;
        return at.getAttribute("aria-label") ?? (at instanceof HTMLInputElement || at instanceof HTMLTextAreaElement ? at.labels?.[0]?.textContent : at.textContent) ?? "";
      });
      if (is(label.trim())) return;
    }
    throw new Error("not to be reached by Tab");
  };
  await tabTo((label) => label === "Available" || label === "Away" || label === "Offline");
  for (let key = 0; key < 3 && !(await page.getByText("The next callback is yours.").or(accept(page)).first().isVisible()); key += 1) {
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForTimeout(300);
  }
  await accept(page).waitFor({ timeout: OFFER_MS });
  await page.keyboard.press("Alt+Shift+A");
  await page.getByText("Ringing", { exact: true }).or(page.getByText("Speaking with", { exact: true })).first().waitFor();
  expect(await page.evaluate(() => document.activeElement !== document.body), "the focus is not lost").toBe(true);
  await page.keyboard.press("Alt+Shift+H");
  await page.getByText("The call is over", { exact: true }).waitFor();
  await page.keyboard.press("Alt+Shift+W");
  await page.keyboard.press("Space");
  expect(await page.getByRole("radio", { name: "Helped" }).isChecked()).toBe(true);
  await page.keyboard.press("ArrowDown");
  expect(await page.getByRole("radio", { name: "Passed on" }).isChecked()).toBe(true);
  await tabTo((label) => label.startsWith("Notes"));
  await page.keyboard.type("By keyboard.");
  await tabTo((label) => label === "Complete");
  await page.keyboard.press("Enter");
  await page.getByText("The next callback is yours.").or(accept(page)).first().waitFor();

  // The next offer comes while they write about somebody whom they rang by themselves.
  await status(page, "Away").click();
  await takeOne(page);
  await notes(page).waitFor();
  await status(page, "Available").click();
  await notes(page).focus();
  let typed = "";
  for (let words = 0; words < 600 && !(await accept(page).isVisible()); words += 1) {
    await page.keyboard.type("word ");
    typed += "word ";
    await page.waitForTimeout(100);
  }
  await accept(page).waitFor();
  await page.keyboard.type("and on");
  expect(await notes(page).inputValue()).toBe(`${typed}and on`);
  await page.keyboard.press("Alt+Shift+A");
  await page.getByText("A callback is offered", { exact: true }).waitFor({ state: "detached" });
  await finish(page);
}, 120_000);

const LOOKS: Record<string, BrowserContextOptions> = {
  light: {},
  dark: { colorScheme: "dark" },
  narrow: { viewport: { width: 320, height: 640 }, reducedMotion: "reduce" },
};

test.each(Object.entries(LOOKS))("there is nothing for axe to find: %s", async (look, options) => {
  const { page, complaints } = await atDesk(service.operator, options);
  await settled(page);
  await inspect(page, `${look}-desk`);
  if (look === "narrow") {
    await choose(page.getByRole("button", { name: /Your status|Offline|Away/ }).first(), "Available");
  } else {
    await status(page, "Available").click();
  }
  await accept(page).waitFor({ timeout: OFFER_MS });
  await page.getByRole("heading", { name: "The last 30 days" }).waitFor();
  await settled(page);
  // Whoever it is: E.164 allows for 15 digits.
  const lines = await page.locator(".desk-record .big").evaluate((number) => {
    number.textContent = `+${"0".repeat(15)}`;
    return Math.round(number.getBoundingClientRect().height / parseFloat(getComputedStyle(number).lineHeight));
  });
  expect(lines, "the number is on one line").toBe(1);
  await inspect(page, `${look}-desk-offer`);
  await accept(page).click();
  await notes(page).waitFor();
  await inspect(page, `${look}-desk-call`);
  await ended(page);
  await page.getByRole("radio", { name: "Left a message" }).check();
  if (look !== "narrow") await status(page, "Away").click();
  await page.getByRole("button", { name: "Complete" }).click();
  await page.getByText("The call is over", { exact: true }).waitFor({ state: "detached" });
  expect(complaints).toEqual([]);
}, 120_000);

test("without a news stream the page asks, and the offer is shown all the same", async () => {
  const { page } = await atDesk(service.agent);
  await page.route("**/api/live", (route) => route.abort());
  await page.reload();
  await heading(page, "Desk");
  const call = await offered(page);
  const { number } = await got<{ number: string }>(page, `/api/residents/${call.resident_id}`);
  await page.getByText(number).waitFor();
  await page.getByRole("button", { name: "Decline" }).click();
  await accept(page).waitFor({ state: "detached" });
});

test("whoever looks at another page is called to the desk, and is not disturbed in what they type", async () => {
  // A day of its own: on a slow machine the first hour of the others' is over by now.
  const own = await start(SPEED);
  onTestFinished(own.stop);
  const { page, complaints } = await atDesk(own.service.agent, { baseURL: own.service.at });
  await status(page, "Available").click();
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Residents" }).click();
  await heading(page, "Residents");
  await settled(page);
  const search = page.getByRole("searchbox");
  await search.focus();
  const summons = page.getByRole("button", { name: "Go to the desk" });
  let typed = "";
  for (let signs = 0; signs < 600 && !(await summons.isVisible()); signs += 1) {
    await page.keyboard.type("a");
    typed += "a";
    await page.waitForTimeout(100);
  }
  const { phone } = await desk(page);
  await page.keyboard.type("b");
  expect(await search.inputValue()).toBe(`${typed}b`);
  expect(await search.evaluate((it) => it === document.activeElement), "the focus stays").toBe(true);
  const { first_name, last_name } = await got<{ first_name: string; last_name: string }>(page, `/api/residents/${phone.call?.resident_id}`);
  const words = `A callback is offered: ${first_name} ${last_name}. Accept it at the desk.`;
  await page.locator("[aria-live=assertive]").filter({ hasText: words }).waitFor({ state: "attached" });
  expect(await page.title()).toBe("Callback offered · Rollcall");
  await inspect(page, "light-summons");
  await summons.click();
  await heading(page, "Desk");
  await summons.waitFor({ state: "detached" });
  await accept(page).click();

  // A call that goes on is not forgotten either.
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview" }).click();
  await heading(page, "Overview");
  await summons.click();
  await heading(page, "Desk");
  await finish(page);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Overview" }).click();
  await heading(page, "Overview");
  await settled(page);
  expect(await summons.count(), "nobody is called while they are offline").toBe(0);
  expect(await page.title()).toBe("Overview · Rollcall");
  expect(complaints).toEqual([]);
}, 120_000);

test("nothing waits for a phone that cannot be reached", async () => {
  const { page } = await signedIn(browser, service.agent, "/overview", { baseURL: service.at });
  await page.route("**/api/config", async (route) => {
    const config = (await (await route.fetch()).json()) as object;
    await route.fulfill({ json: { ...config, softphone: { kind: "connect", ccp_url: "https://ccp.example/ccp-v2/" } } });
  });
  await page.goto("/desk");
  await page.getByText("Amazon Connect's own panel").waitFor();
  const first = page.getByRole("listitem").filter({ has: page.getByRole("button", { name: /^More about / }) }).first().getByRole("link");
  await first.click({ timeout: OFFER_MS });
  await page.getByRole("heading", { name: "The last 30 days" }).waitFor();
  const frame = page.locator(".ccp.shown");
  expect((await frame.boundingBox())?.width).toBeGreaterThanOrEqual(300);
  await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Residents" }).click();
  await heading(page, "Residents");
  expect(await page.locator(".ccp").count(), "a call would go on").toBe(1);
  expect(await frame.count()).toBe(0);
});

test("uploaders do not get to the desk, by link or by the API", async () => {
  const { page } = await signedIn(browser, service.uploader, "/overview", { baseURL: service.at });
  await heading(page, "Overview");
  expect(await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Desk" }).count()).toBe(0);
  const id = "00000000-0000-4000-8000-000000000000";
  for (const path of ["/desk", `/desk?callback=${id}`]) {
    await page.goto(path);
    await heading(page, "Not for your account");
  }
  const json = (body: object) => ({ body: JSON.stringify(body) });
  const deeds: [string, RequestInit][] = [
    ["/api/desk", {}],
    [`/api/desk/callbacks/${id}`, {}],
    [`/api/desk/callbacks/${id}/take`, { method: "POST" }],
    [`/api/desk/callbacks/${id}/take`, { method: "DELETE" }],
    [`/api/desk/callbacks/${id}/raised`, { method: "PUT", ...json({ raised: true }) }],
    [`/api/desk/callbacks/${id}/cancel`, { method: "POST", ...json({ reason: "asked" }) }],
    [`/api/desk/callbacks/${id}/complete`, { method: "POST", ...json({ disposition: "helped" }) }],
    ["/api/desk/phone/status", { method: "PUT", ...json({ status: "available" }) }],
    ...["accept", "decline", "hang-up", "wrapped-up"].map((act): [string, RequestInit] => [`/api/desk/phone/${act}`, { method: "POST", ...json({ contact_id: "c" }) }]),
  ];
  for (const [path, init] of deeds) expect(await asked(page, path, init), `${init.method ?? "GET"} ${path}`).toBe(403);
});
