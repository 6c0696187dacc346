/** What time it is for the service: its clock may be another than this machine's, and in a demonstration a faster one. */
import { useEffect, useState, useSyncExternalStore } from "react";
import { answer, api } from "../api/client";

const ASK_MS = 10_000;
const EARLY_MS = 1_500;

/** One comparison of the two clocks, in milliseconds. */
export interface Sample {
  service: number;
  here: number;
}

/** The service's clock as reckoned from comparisons. */
export class ServiceTime {
  readonly #last: Sample;
  /** How many seconds pass there in one of ours. */
  readonly rate: number;

  constructor(last: Sample, before?: Sample) {
    this.#last = last;
    const rate = before && last.here > before.here ? (last.service - before.service) / (last.here - before.here) : 1;
    // Two true clocks differ by the time that the questions were under way, and by parts of a second.
    this.rate = rate > 1 / 3 && rate < 3 ? 1 : Math.max(rate, 0);
  }

  at(here: number): number {
    return this.#last.service + (here - this.#last.here) * this.rate;
  }

  /** How long it is, for people here, from one moment of the service's to another, in seconds. */
  seconds(from: number, until: number): number {
    return (until - from) / 1000 / (this.rate || 1);
  }
}

let before: Sample | undefined;
let time: ServiceTime | undefined;
const listeners = new Set<() => void>();

/** The service's time, once it is known. Asked for as long as somebody looks. */
export function useServiceTime(): ServiceTime | undefined {
  return useSyncExternalStore(subscribe, () => time);
}

/** The service's time, anew each second. */
export function useServiceNow(): { time: ServiceTime; now: number } | undefined {
  const time = useServiceTime();
  const [here, setHere] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setHere(performance.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return time && { time, now: time.at(here) };
}

let asking: { interval: ReturnType<typeof setInterval>; early: ReturnType<typeof setTimeout> } | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (!asking) {
    void ask();
    // A second comparison soon: the pace is known only then.
    asking = { interval: setInterval(() => void ask(), ASK_MS), early: setTimeout(() => void ask(), EARLY_MS) };
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0 || !asking) return;
    clearInterval(asking.interval);
    clearTimeout(asking.early);
    asking = undefined;
  };
}

async function ask(): Promise<void> {
  const sent = performance.now();
  try {
    const { time: told } = await answer(api.GET("/healthz"));
    const last = { service: Date.parse(told), here: (sent + performance.now()) / 2 };
    time = new ServiceTime(last, before);
    before = last;
    for (const listener of listeners) listener();
  } catch {
    // What is known goes on.
  }
}
