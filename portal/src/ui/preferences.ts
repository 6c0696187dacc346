/** What somebody likes the screen to be; kept on their machine, and nothing else is. */
import { useSyncExternalStore } from "react";

export type Shade = "light" | "dark";

const SHADE = "rollcall.shade";
const ZONE = "rollcall.zone";
const system = window.matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();

/** What was chosen, or else what the system likes. */
export function shade(): Shade {
  const chosen = localStorage.getItem(SHADE);
  return chosen === "light" || chosen === "dark" ? chosen : system.matches ? "dark" : "light";
}

export function chooseShade(chosen: Shade): void {
  localStorage.setItem(SHADE, chosen);
  tell();
}

/** The zone of this machine, unless another was chosen. */
export function zone(): string {
  return localStorage.getItem(ZONE) ?? machineZone();
}

export function chooseZone(chosen: string): void {
  if (chosen === machineZone()) localStorage.removeItem(ZONE);
  else localStorage.setItem(ZONE, chosen);
  tell();
}

export function machineZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export function useShade(): Shade {
  return useSyncExternalStore(subscribe, shade);
}

export function usePreferredZone(): string {
  return useSyncExternalStore(subscribe, zone);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  system.addEventListener("change", listener);
  return () => {
    listeners.delete(listener);
    system.removeEventListener("change", listener);
  };
}

function tell(): void {
  for (const listener of listeners) listener();
}
