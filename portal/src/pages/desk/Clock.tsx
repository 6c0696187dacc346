import { useServiceNow } from "../../desk/service-time";

/** How long something lasts already. */
export function Elapsed({ since }: { since: string }) {
  const clock = useServiceNow();
  const seconds = clock ? Math.max(0, clock.time.seconds(Date.parse(since), clock.now)) : 0;
  const [minutes, rest] = [Math.floor(seconds / 60), Math.floor(seconds % 60)];
  return <div className="elapsed" role="timer" aria-live="off">{minutes}:{String(rest).padStart(2, "0")}</div>;
}

/** How long an offer stands. */
export function Countdown({ since, until }: { since: string; until: string }) {
  const clock = useServiceNow();
  if (!clock) return null;
  const [from, to] = [Date.parse(since), Date.parse(until)];
  const left = Math.max(0, clock.time.seconds(clock.now, to));
  const part = to > from ? Math.min(Math.max((to - clock.now) / (to - from), 0), 1) : 0;
  return (
    <div>
      <div className="meter" aria-hidden="true"><div style={{ width: `${part * 100}%` }} /></div>
      <span className="range" role="timer" aria-live="off">{Math.ceil(left)} s left to accept</span>
    </div>
  );
}
