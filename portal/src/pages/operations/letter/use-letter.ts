import { useEffect, useRef } from "react";
import { answer, api } from "../../../api/client";
import type { LetterDetail } from "../../../api/types";
import { type Loaded, useLoad } from "../../../api/use-load";

const FIRST_PAUSE_MS = 400;
const LONGEST_PAUSE_MS = 10_000;

/** A letter; while a copy of it is on its way it is asked again and again what came of it. */
export function useLetter(id: string): Loaded<LetterDetail> {
  const loaded = useLoad(`letter ${id}`, (signal) => answer(api.GET("/api/dead-letters/{id}", { params: { path: { id } }, signal })));
  const { value, loading, reload } = loaded;
  const isMoving = value?.state === "replaying";
  const pause = useRef(FIRST_PAUSE_MS);
  useEffect(() => {
    if (!isMoving) pause.current = FIRST_PAUSE_MS;
    if (!isMoving || loading) return undefined;
    const timer = setTimeout(reload, pause.current);
    pause.current = Math.min(pause.current * 1.5, LONGEST_PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isMoving, loading, reload]);
  return loaded;
}
