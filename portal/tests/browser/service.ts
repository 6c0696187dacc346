/** Starts the program on a demonstration day, with a directory and a port of its own, and stops it afterwards. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";

export interface Account {
  name: string;
  password: string;
}

export interface Service {
  /** Where it answers. */
  at: string;
  uploader: Account;
  agent: Account;
  operator: Account;
  /** Its directory. */
  folder: string;
}

declare module "vitest" {
  interface ProvidedContext {
    service: Service;
  }
}

const START_MS = 60_000;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // An hour of the day in a minute: there is something to see on every page.
  const { service, stop } = await start(60);
  project.provide("service", service);
  return stop;
}

/** A program of one's own, whose day goes by so many times as fast; with these people besides those of the demonstration. */
export async function start(speed: number, list?: string): Promise<{ service: Service; stop: () => Promise<void> }> {
  const program = process.env["ROLLCALL"];
  if (!program) throw new Error("ROLLCALL is not set; expected the path of the program, with the portal embedded");
  const folder = mkdtempSync(join(tmpdir(), "rollcall-portal-"));
  if (list !== undefined) {
    const file = join(folder, "list.csv");
    writeFileSync(file, list);
    execFileSync(program, ["import", file, "--data-dir", folder], { stdio: "ignore" });
  }
  const serving = spawn(program, ["serve", "--demo", "--speed", String(speed), "--listen", "127.0.0.1:0", "--data-dir", folder]);
  try {
    return { service: { ...(await ready(serving)), folder }, stop: () => stop(serving, folder) };
  } catch (failure) {
    await stop(serving, folder);
    throw failure;
  }
}

/** Python has what Node gets in its 22nd version only. */
const INSERT = `
import json, sqlite3, sys
database, queue, at, bodies = sys.argv[1:]
with sqlite3.connect(database, timeout=20) as connection:
    for body in json.loads(bodies):
        connection.execute("INSERT INTO messages (queue, sent_at, visible_at, receives, body) VALUES (?, ?, ?, 0, ?)", (queue, int(at), int(at), body))
`;

/** Puts messages on a queue of the program as it runs, whatever is in them: no part of the program would send such. */
export async function enqueue({ at, folder }: Service, queue: string, bodies: readonly string[]): Promise<void> {
  const { time } = (await (await fetch(`${at}/healthz`)).json()) as { time: string };
  const nanoseconds = BigInt(Date.parse(time)) * 1_000_000n;
  execFileSync("python3", ["-c", INSERT, join(folder, "rollcall.sqlite"), queue, String(nanoseconds), JSON.stringify(bodies)]);
}

/** A program with these variables, which name who keeps the accounts. */
export async function startWith(variables: Record<string, string>): Promise<{ at: string; stop: () => Promise<void> }> {
  const program = process.env["ROLLCALL"];
  if (!program) throw new Error("ROLLCALL is not set; expected the path of the program, with the portal embedded");
  const folder = mkdtempSync(join(tmpdir(), "rollcall-portal-"));
  const given = ["serve", "--demo", "--speed", "60", "--listen", "127.0.0.1:0", "--data-dir", folder];
  const serving = spawn(program, given, { env: { ...process.env, ...variables } });
  try {
    return { at: (await ready(serving, [])).at, stop: () => stop(serving, folder) };
  } catch (failure) {
    await stop(serving, folder);
    throw failure;
  }
}

/** What it says once it serves: its address, and these accounts. */
function ready(serving: ChildProcess, names = ["uploader", "agent", "operator"]): Promise<Omit<Service, "folder">> {
  return new Promise((resolve, reject) => {
    let said = "";
    const timer = setTimeout(() => reject(new Error(`it does not serve after ${START_MS} ms; it said:\n${said}`)), START_MS);
    const heard = (piece: Buffer) => {
      said += piece.toString();
      const at = /(http:\/\/127\.0\.0\.1:\d+)\/healthz/.exec(said)?.[1];
      const known = names.map((name) => account(said, name));
      if (!at || known.includes(undefined)) return;
      const nobody = { name: "", password: "" };
      const [uploader = nobody, agent = nobody, operator = nobody] = known;
      for (const stream of [serving.stdout, serving.stderr]) stream?.off("data", heard).resume();
      // It says where it will answer before it does.
      const asking = setInterval(() => {
        fetch(`${at}/healthz`).then(() => {
          clearTimeout(timer);
          clearInterval(asking);
          resolve({ at, uploader, agent, operator });
        }, () => undefined);
      }, 100);
      serving.once("exit", () => clearInterval(asking));
    };
    serving.stdout?.on("data", heard);
    serving.stderr?.on("data", heard);
    serving.once("error", reject);
    serving.once("exit", (code) => reject(new Error(`it ended with ${code} before it served; it said:\n${said}`)));
  });
}

function account(said: string, name: string): Account | undefined {
  const password = new RegExp(`Sign in as ${name} with the password (\\S+)$`, "m").exec(said)?.[1];
  return password === undefined ? undefined : { name, password };
}

async function stop(serving: ChildProcess, folder: string): Promise<void> {
  if (serving.exitCode === null && serving.signalCode === null) {
    const ended = new Promise((resolve) => serving.once("exit", resolve));
    serving.kill("SIGTERM");
    const late = setTimeout(() => serving.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(late);
  }
  rmSync(folder, { recursive: true, force: true });
}
