import { useEffect, useState } from "react";
import { answer, api } from "../../api/client";
import { follow, type Liveness } from "../../api/live";
import type { Overview } from "../../api/types";
import { useLoad, type Loaded } from "../../api/use-load";
import { useConfig } from "../../app/context";

/** How often is asked where no stream is to be had. */
const POLL_MS = 5_000;

/** The overview as it changes, and how it comes here. */
export function useOverview(): Loaded<Overview> & { liveness: Liveness } {
  const { live } = useConfig();
  const loaded = useLoad("overview", (signal) => answer(api.GET("/api/overview", { signal })));
  const [pushed, setPushed] = useState<Overview>();
  const [liveness, setLiveness] = useState<Liveness>(live === "poll" ? "polling" : "interrupted");
  const { reload } = loaded;

  useEffect(() => {
    if (live === "poll") return undefined;
    const stop = new AbortController();
    void follow({
      onLiveness: setLiveness,
      onEvent: ({ name, data }) => {
        if (name === "overview") setPushed(JSON.parse(data) as Overview);
      },
    }, stop.signal);
    return () => stop.abort();
  }, [live]);

  useEffect(() => {
    if (liveness === "live") return undefined;
    const timer = setInterval(reload, POLL_MS);
    return () => clearInterval(timer);
  }, [liveness, reload]);

  return { ...loaded, value: newer(loaded.value, pushed), liveness };
}

/** A slow answer must not put back what the stream has told since. */
function newer(asked: Overview | undefined, pushed: Overview | undefined): Overview | undefined {
  if (!asked || !pushed) return pushed ?? asked;
  return Date.parse(asked.at) > Date.parse(pushed.at) ? asked : pushed;
}
