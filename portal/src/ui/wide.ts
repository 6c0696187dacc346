import { useSyncExternalStore } from "react";

/** Where the pages' list has room beside the content. */
const room = window.matchMedia("(min-width: 912px)");

/** Whether the window has that room now. */
export function useWide(): boolean {
  return useSyncExternalStore(subscribe, () => room.matches);
}

function subscribe(listener: () => void): () => void {
  room.addEventListener("change", listener);
  return () => room.removeEventListener("change", listener);
}
