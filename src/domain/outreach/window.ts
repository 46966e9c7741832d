/**
 * When a mail may go: the hours of the days on which its reader is at work, in the reader's own time zone. Whatever is
 * asked here is answered from the local clock, so hours that are skipped in spring never open and hours that come twice
 * in autumn are open twice.
 */
import {
  addDays,
  instantsOf,
  isPublicHoliday,
  isTimeZone,
  localTime,
  shiftsAround,
  weekdayOf,
  zoneOfCountry,
} from "../../platform/calendar.js";
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

/**
 * Countries whose week-end is not Saturday and Sunday, and their working days: CLDR 48, weekendData, and by their own
 * laws Bangladesh, Brunei, Djibouti, the Maldives and Palestine. Thursdays are half days in Iran, so they are left out.
 */
const WORKING_DAYS: [countries: string, days: readonly number[]][] = [
  ["BD BH DJ DZ EG IL IQ JO KW LY MV OM PS QA SA SD SY YE", [1, 2, 3, 4, 7]],
  ["AF IR", [1, 2, 3, 6, 7]],
  ["BN", [1, 2, 3, 4, 6]],
];

const workingDays = new Map(
  WORKING_DAYS.flatMap(([countries, days]) => countries.split(" ").map((country) => [country, days])),
);

/** Office hours on the working days that are usual in a country. */
export function windowFor(country: string | null): SendWindow {
  const days = country === null ? undefined : workingDays.get(country);
  return days ? { ...DEFAULT_WINDOW, days } : DEFAULT_WINDOW;
}

/** Where a contact is: in its own time zone where one is known, else in the one its country does business in. */
export function placeOf(contact: { country: string | null; timeZone: string | null }): Place {
  const { country, timeZone } = contact;
  const zone = timeZone !== null && isTimeZone(timeZone) ? timeZone : zoneOfCountry(country);
  return { zone, country };
}

/** What is wrong with a window. */
export type WindowFault = "window_time" | "window_hours" | "window_days";

/** Why a window can't be kept: a time that is none, hours that end before they begin, no day or none of the week's. */
export function windowFault(window: SendWindow): WindowFault | undefined {
  const [from, to] = [clockTime(window.from), clockTime(window.to)];
  if (from === undefined || to === undefined) return "window_time";
  if (from >= to) return "window_hours";
  return window.days.length > 0 && window.days.every(isWeekday) ? undefined : "window_days";
}

function isWeekday(day: number): boolean {
  return Number.isInteger(day) && day >= 1 && day <= 7;
}

function clockTime(text: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(text) ?? [];
  const time = Number(hours) * HOUR + Number(minutes) * MINUTE;
  return time <= DAY ? time : undefined;
}

interface Hours {
  from: number;
  to: number;
  window: SendWindow | null;
}

/** The hours of a window that can be kept. Throws RangeError for any other, so that nobody waits for ever. */
function hoursOf(window: SendWindow | null): Hours {
  if (window === null) return { from: 0, to: DAY, window };
  const fault = windowFault(window);
  const [from, to] = [clockTime(window.from), clockTime(window.to)];
  if (fault || from === undefined || to === undefined) throw new RangeError(`No such window: ${fault}.`);
  return { from, to, window };
}

/** A year and a half; no window that can be kept stays shut for so long. */
const LOOK_AHEAD = 550;

/** Whether a mail may go at an instant. Null window: always. Throws RangeError for a window that can't be kept. */
export function isOpen(window: SendWindow | null, place: Place, at: Date): boolean {
  return opensIn(hoursOf(window), place, at);
}

function opensIn(hours: Hours, place: Place, at: Date): boolean {
  const { date, time } = localTime(place.zone, at);
  return time >= hours.from && time < hours.to && isOpenDay(hours.window, place, date);
}

function isOpenDay(window: SendWindow | null, { country }: Place, date: string): boolean {
  if (window === null) return true;
  if (!window.days.includes(weekdayOf(date))) return false;
  return !(window.holidays && country !== null && isPublicHoliday(country, date));
}

/**
 * The earliest instant from `at` on that lies in the window; `at` itself when it does. Null window: always open.
 * Throws RangeError for a window that can't be kept.
 */
export function opensAt(window: SendWindow | null, place: Place, at: Date): Date {
  const hours = hoursOf(window);
  if (opensIn(hours, place, at)) return at;
  const { date } = localTime(place.zone, at);
  // Two days at a time: where clocks go back over midnight, a day comes again after the next one has begun.
  let here = beginnings(hours, place, addDays(date, -1));
  for (let day = 0; day < LOOK_AHEAD; day++) {
    const next = beginnings(hours, place, addDays(date, day));
    const [first] = [...here, ...next]
      .filter((instant) => instant >= at)
      .sort((a, b) => a.getTime() - b.getTime());
    if (first) return first;
    here = next;
  }
  throw new RangeError("The window does not open within a year and a half.");
}

/** The instants at which the hours of a day begin: once, but for clocks that are moved. */
function beginnings(hours: Hours, place: Place, date: string): Date[] {
  if (!isOpenDay(hours.window, place, date)) return [];
  const moments = [...instantsOf(place.zone, { date, time: hours.from }), ...shiftsAround(place.zone, date)];
  return moments.filter((instant) => opensIn(hours, place, instant));
}

/** The instant at which the hours of a day are over for good; undefined when it has none. */
function endOf(hours: Hours, place: Place, date: string): Date | undefined {
  if (!isOpenDay(hours.window, place, date)) return undefined;
  const end = hours.to === DAY ? { date: addDays(date, 1), time: 0 } : { date, time: hours.to };
  return [...instantsOf(place.zone, end), ...shiftsAround(place.zone, date)]
    .filter((instant) => {
      const last = new Date(instant.getTime() - 1);
      return localTime(place.zone, last).date === date && opensIn(hours, place, last);
    })
    .sort((a, b) => b.getTime() - a.getTime())[0];
}

/**
 * `days` open days later at the same local time of day, moved into the window. A time that is skipped that day is
 * taken when clocks have been moved, one that comes twice the first time. Throws RangeError for a window that can't be
 * kept.
 */
export function addOpenDays(window: SendWindow | null, place: Place, at: Date, days: number): Date {
  const hours = hoursOf(window);
  const { date, time } = localTime(place.zone, at);
  if (days <= 0) return opensAt(window, place, at);
  const target = openDayAfter(hours, place, date, days);
  const [first] = instantsOf(place.zone, { date: target, time });
  const moved = first ?? shiftsAround(place.zone, target)[0] ?? at;
  return opensAt(window, place, moved);
}

/** The nth day after a date on which the window opens. */
function openDayAfter(hours: Hours, place: Place, date: string, days: number): string {
  let left = days;
  for (let day = 1; day < LOOK_AHEAD + 7 * days; day++) {
    const next = addDays(date, day);
    if (endOf(hours, place, next)) left -= 1;
    if (left === 0) return next;
  }
  throw new RangeError("The window does not open often enough.");
}

/**
 * When a mail that is due and approved at `at` is too late: the end of the third open day after it (ruling 4). Throws
 * RangeError for a window that can't be kept.
 */
export function expiresAt(window: SendWindow | null, place: Place, at: Date): Date {
  const hours = hoursOf(window);
  const { date } = localTime(place.zone, at);
  const end = endOf(hours, place, openDayAfter(hours, place, date, OPEN_DAYS));
  if (!end) throw new RangeError("The day has no hours.");
  return end;
}

const OPEN_DAYS = 3;

/** What a window says at the commit point; undefined: the mail may go. A window that can't be kept holds the mail up. */
export function windowVerdict(
  window: SendWindow | null,
  place: Place,
  now: Date,
):
  | { go: false; to: "later"; reason: "window"; until: Date }
  | { go: false; to: "held"; reason: "window_never_opens" }
  | undefined {
  if (window === null) return undefined;
  if (windowFault(window)) return { go: false, to: "held", reason: "window_never_opens" };
  const until = opensAt(window, place, now);
  return until > now ? { go: false, to: "later", reason: "window", until } : undefined;
}
