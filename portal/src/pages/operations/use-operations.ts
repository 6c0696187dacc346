import { useEffect } from "react";
import { answer, api } from "../../api/client";
import type { Dialing, LetterGroup, Queue, Replay } from "../../api/types";
import { type Loaded, useLoad } from "../../api/use-load";
import { useRenewal } from "../../ui/renewal";

const RENEW_MS = 10_000;
/** While letters are being sent. */
const WATCH_MS = 1_500;

export interface Operations {
  dialing: Dialing | undefined;
  queues: Loaded<{ items: Queue[] }>;
  groups: Loaded<{ items: LetterGroup[] }>;
  replays: Loaded<Replay[]>;
  /** Changes when letters have moved: what shows them looks again. */
  mark: string;
  reload: () => void;
}

/** What the page is about, looked at again and again. */
export function useOperations(): Operations {
  const dialing = useLoad("dialing", (signal) => answer(api.GET("/api/dialing", { signal })));
  const queues = useLoad("queues", async (signal) => ({ items: await answer(api.GET("/api/queues", { signal })) }));
  const groups = useLoad("groups", async (signal) => ({ items: await answer(api.GET("/api/dead-letters/groups", { signal })) }));
  const replays = useLoad("replays", (signal) => answer(api.GET("/api/dead-letters/replays", { signal })));
  const isRunning = replays.value?.some(({ state }) => state === "running") ?? false;

  const [ask, again, look, watch] = [dialing.reload, queues.reload, groups.reload, replays.reload];
  useEffect(() => {
    const timer = setInterval(() => {
      ask();
      again();
      look();
      watch();
    }, RENEW_MS);
    return () => clearInterval(timer);
  }, [ask, again, look, watch]);
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(watch, WATCH_MS);
    return () => clearInterval(timer);
  }, [isRunning, watch]);

  const sent = (replays.value ?? []).map(({ id, sent, skipped, state }) => `${id} ${sent + skipped} ${state}`).join();
  useRenewal(sent, look);
  const waiting = (groups.value?.items ?? []).map(({ letters, replaying, newest_at }) => `${letters} ${replaying} ${newest_at}`).join();
  return {
    dialing: dialing.value,
    queues,
    groups,
    replays,
    mark: `${waiting} ${sent}`,
    reload: () => {
      ask();
      again();
      look();
      watch();
    },
  };
}
