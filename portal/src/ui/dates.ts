/** Dates and times for people. Times arrive in UTC and are shown in a zone that is always named. */

const formats = new Map<string, Intl.DateTimeFormat>();

function format(zone: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = JSON.stringify([zone, options]);
  let made = formats.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hourCycle: "h23", ...options });
    formats.set(key, made);
  }
  return made;
}

/** "22 Nov 2026, 14:05 GMT". */
export function dateTime(at: string, zone: string): string {
  return format(zone, {
    day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  }).format(new Date(at));
}

/** "14:05". The zone is named beside it. */
export function clock(at: string, zone: string): string {
  return format(zone, { hour: "2-digit", minute: "2-digit" }).format(new Date(at));
}

/** "Mon 23 Nov" for a calendar day, which has no zone. */
export function shortDay(date: string): string {
  return format("UTC", { weekday: "short", day: "numeric", month: "short" }).format(new Date(`${date}T00:00:00Z`)).replace(",", "");
}

/** "Monday 23 November 2026" for a calendar day. */
export function longDay(date: string): string {
  return format("UTC", { weekday: "long", day: "numeric", month: "long", year: "numeric" }).format(new Date(`${date}T00:00:00Z`)).replace(",", "");
}

/** The calendar day in `zone`: "2026-11-23". */
export function dayIn(at: Date, zone: string): string {
  const part = new Map(format(zone, { year: "numeric", month: "2-digit", day: "2-digit" }).formatToParts(at).map((it) => [it.type, it.value]));
  return `${part.get("year")}-${part.get("month")}-${part.get("day")}`;
}

/** The next calendar day. */
export function dayAfter(date: string, days = 1): string {
  const at = new Date(`${date}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The moment at which a calendar day begins in `zone`, as RFC 3339 in UTC. */
export function startOfDay(date: string, zone: string): string {
  const wall = Date.parse(`${date}T00:00:00Z`);
  // The offset at the guess may not be the offset at the answer where clocks change near midnight: ask twice.
  let at = wall - offset(wall, zone);
  at = wall - offset(at, zone);
  // A midnight that is skipped when clocks go forward: the day begins an hour later.
  while (dayIn(new Date(at), zone) < date) at += 1_800_000;
  return new Date(at).toISOString().replace(".000Z", "Z");
}

/** How far `zone` is ahead of UTC at that moment, in minutes. */
export function minutesAhead(at: Date, zone: string): number {
  return Math.round(offset(at.getTime(), zone) / 60_000);
}

/** How far `zone` is ahead of UTC at that moment, in milliseconds. */
function offset(at: number, zone: string): number {
  const part = new Map(
    format(zone, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" })
      .formatToParts(new Date(at))
      .map((it) => [it.type, Number(it.value)]),
  );
  const get = (name: Intl.DateTimeFormatPartTypes) => part.get(name) ?? 0;
  return Date.UTC(get("year"), get("month") - 1, get("day"), get("hour"), get("minute"), get("second")) - at;
}

/** "45 s", "12 min", "2 h 05 min", "3 days". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} days`;
}

/** What people call the zone: "London time (GMT)". */
export function zoneName(zone: string, at = new Date()): string {
  if (zone === "UTC") return "UTC";
  const city = (zone.split("/").pop() ?? zone).replaceAll("_", " ");
  const short = format(zone, { timeZoneName: "short" }).formatToParts(at).find((it) => it.type === "timeZoneName")?.value;
  return short ? `${city} time (${short})` : `${city} time`;
}
