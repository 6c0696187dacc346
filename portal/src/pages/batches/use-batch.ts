import { useEffect, useRef } from "react";
import { answer, api } from "../../api/client";
import type { Batch, Stage } from "../../api/types";
import { type Loaded, useLoad } from "../../api/use-load";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 15_000;
/** Stages that end by themselves, or when somebody goes on with them. */
const MOVING: readonly Stage[] = ["reading", "loading", "undoing"];

/** A batch that did not come by the portal. */
export const OTHER_WAY = "Not by the portal";

export function nameOf({ file_name }: Pick<Batch, "file_name">): string {
  return file_name ?? "List without a name";
}

/** A batch, asked about again and again while it moves: often at first, rarely when nothing happens, and never after. */
export function useBatch(id: string): Loaded<Batch> {
  const loaded = useLoad(`batch ${id}`, (signal) => answer(api.GET("/api/batches/{id}", { params: { path: { id } }, signal })));
  const { value, loading, reload } = loaded;
  const moving = value !== undefined && MOVING.includes(value.stage);
  const state = value && `${value.stage} ${value.loaded + value.already_known + value.rejected}`;
  const rest = useRef({ state, pause: FIRST_PAUSE_MS });

  useEffect(() => {
    if (!moving || loading) return undefined;
    const { state: before, pause } = rest.current;
    const next = before === state ? Math.min(pause * 1.5, LONGEST_PAUSE_MS) : FIRST_PAUSE_MS;
    rest.current = { state, pause: next };
    const timer = setTimeout(reload, next);
    return () => clearTimeout(timer);
  }, [moving, loading, state, reload]);
  return loaded;
}
