/** When a mail may go. Stands in for the calendar until that lands: UTC, no holidays. */
import { DAY, HOUR, MINUTE } from "../../platform/clock.js";

/** The hours in which mail goes out, on the reader's clock. */
export interface SendWindow {
  /** `09:00`; open from then on. */
  from: string;
  /** `17:00`; closed from then on. `24:00` is the end of the day. */
  to: string;
  /** ISO 8601 weekdays: 1 Monday … 7 Sunday. */
  days: readonly number[];
  /** True: keep off the public holidays of the contact's country. */
  holidays: boolean;
}

/** Where a reader is. */
export interface Place {
  /** IANA name. */
  zone: string;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
}

/** Office hours from Monday to Friday, public holidays kept off. */
export const DEFAULT_WINDOW: SendWindow = {
  from: "09:00",
  to: "17:00",
  days: [1, 2, 3, 4, 5],
  holidays: true,
};

/** Office hours on the working days that are usual in a country. */
export function windowFor(_country: string | null): SendWindow {
  return DEFAULT_WINDOW;
}

/** Where a contact is. */
export function placeOf(contact: { country: string | null; timeZone: string | null }): Place {
  return { zone: contact.timeZone ?? "UTC", country: contact.country };
}

/** What is wrong with a window. */
export type WindowFault = "window_time" | "window_hours" | "window_days";

/** Why a window can't be kept. */
export function windowFault(window: SendWindow): WindowFault | undefined {
  const [from, to] = [clockTime(window.from), clockTime(window.to)];
  if (Number.isNaN(from) || Number.isNaN(to)) return "window_time";
  if (from >= to) return "window_hours";
  return window.days.length > 0 && window.days.every((day) => day >= 1 && day <= 7)
    ? undefined
    : "window_days";
}

function clockTime(text: string): number {
  const [hours, minutes] = text.split(":").map(Number);
  return (hours ?? NaN) * HOUR + (minutes ?? NaN) * MINUTE;
}

function midnight(at: Date): number {
  return Math.floor(at.getTime() / DAY) * DAY;
}

function isOpenDay(window: SendWindow | null, at: number): boolean {
  return window === null || window.days.includes(new Date(at).getUTCDay() || 7);
}

/** The earliest instant from `at` on that lies in the window. Null window: always open. */
export function opensAt(window: SendWindow | null, _place: Place, at: Date): Date {
  if (window === null) return at;
  const [from, to] = [clockTime(window.from), clockTime(window.to)];
  let day = midnight(at);
  if (isOpenDay(window, day) && at.getTime() < day + to) return new Date(Math.max(at.getTime(), day + from));
  do day += DAY;
  while (!isOpenDay(window, day));
  return new Date(day + from);
}

/** `days` open days later at the same time of day, moved into the window. */
export function addOpenDays(window: SendWindow | null, place: Place, at: Date, days: number): Date {
  let time = at.getTime();
  for (let left = days; left > 0;) {
    time += DAY;
    if (isOpenDay(window, midnight(new Date(time)))) left -= 1;
  }
  return opensAt(window, place, new Date(time));
}

/** When a mail that is due and approved at `at` is too late: the end of the third open day after it (ruling 4). */
export function expiresAt(window: SendWindow | null, place: Place, at: Date): Date {
  const last = midnight(addOpenDays(window, place, at, 3));
  return new Date(last + (window === null ? DAY : clockTime(window.to)));
}

/** What a window says at the commit point; undefined: the mail may go. */
export function windowVerdict(
  window: SendWindow | null,
  place: Place,
  now: Date,
):
  | { go: false; to: "later"; reason: "window"; until: Date }
  | { go: false; to: "held"; reason: "window_never_opens" }
  | undefined {
  if (window === null) return undefined;
  const until = opensAt(window, place, now);
  return until > now ? { go: false, to: "later", reason: "window", until } : undefined;
}
