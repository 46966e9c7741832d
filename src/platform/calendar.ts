/**
 * Time zones and public holidays, as pure functions of what they are given. A local time is handled as the reading of
 * a clock on the wall: milliseconds since 1970 as if that clock stood in Greenwich. One reading can belong to no
 * instant (clocks go forward) or to two (clocks go back).
 */
import { createRequire } from "node:module";
import type HolidaysClass from "date-holidays";
import { getCountry, getTimezone, getTimezonesForCountry } from "countries-and-timezones";
import { IANAZone } from "luxon";
import { DAY, HOUR, MINUTE } from "./clock.js";

/** The zone of the place where most business of a country with several zones is done. */
const BUSINESS_ZONES: Record<string, string> = {
  AQ: "Etc/UTC",
  AR: "America/Argentina/Buenos_Aires",
  AU: "Australia/Sydney",
  BR: "America/Sao_Paulo",
  CA: "America/Toronto",
  CD: "Africa/Kinshasa",
  CL: "America/Santiago",
  CN: "Asia/Shanghai",
  CY: "Asia/Nicosia",
  DE: "Europe/Berlin",
  EC: "America/Guayaquil",
  ES: "Europe/Madrid",
  FM: "Pacific/Pohnpei",
  GL: "America/Nuuk",
  ID: "Asia/Jakarta",
  KI: "Pacific/Tarawa",
  KZ: "Asia/Almaty",
  MH: "Pacific/Majuro",
  MN: "Asia/Ulaanbaatar",
  MX: "America/Mexico_City",
  MY: "Asia/Kuala_Lumpur",
  NZ: "Pacific/Auckland",
  PF: "Pacific/Tahiti",
  PG: "Pacific/Port_Moresby",
  PS: "Asia/Hebron",
  PT: "Europe/Lisbon",
  RU: "Europe/Moscow",
  TF: "Indian/Kerguelen",
  UA: "Europe/Kyiv",
  UM: "Pacific/Wake",
  US: "America/New_York",
  UZ: "Asia/Tashkent",
  VN: "Asia/Ho_Chi_Minh",
};

/** Whether this is the name of a zone in the IANA database, as far as this Node knows it. Offsets are no names. */
export function isTimeZone(name: string): boolean {
  return ZONES.has(name) || (/^[A-Za-z]/.test(name) && IANAZone.isValidZone(name));
}

/** The usual spellings; asking Node about a name costs as much as rendering half a mail. */
const ZONES: ReadonlySet<string> = new Set(Intl.supportedValuesOf("timeZone"));

const zones = new Map<string, string>();

/**
 * The zone that office hours in a country (ISO 3166-1 alpha-2) are reckoned in: its only one, or that of the place
 * where most business is done. It bears the name of a place in that country where IANA has one. UTC where no country is
 * known or nobody lives there.
 */
export function zoneOfCountry(country: string | null): string {
  if (country === null) return "Etc/UTC";
  const found = zones.get(country) ?? chooseZone(country);
  zones.set(country, found);
  return found;
}

function chooseZone(country: string): string {
  const [shared] = getCountry(country)?.timezones ?? [];
  const choice = [BUSINESS_ZONES[country], namedThere(country, shared), shared];
  return choice.find((zone) => zone !== undefined && isTimeZone(zone)) ?? "Etc/UTC";
}

/**
 * IANA's zone1970.tab joins countries whose clocks have agreed since 1970 under the name of a place in the first of
 * them: Norway stands under Europe/Berlin. The others keep a name of their own that means the same: Europe/Oslo.
 */
function namedThere(country: string, shared: string | undefined): string | undefined {
  if (shared === undefined || getTimezone(shared)?.countries[0] === country) return shared;
  const own = getTimezonesForCountry(country, { deprecated: true }) ?? [];
  const names = own.filter(({ countries, name }) => countries.length === 1 && name.includes("/"));
  return names.map(({ name }) => name).sort()[0];
}

/** What a clock on the wall shows: a day, and the time on it. */
export interface LocalTime {
  /** `YYYY-MM-DD` */
  date: string;
  /** Milliseconds on the clock since midnight; not the time that has passed since then where clocks were moved. */
  time: number;
}

/** What clocks in a zone show at an instant. Throws RangeError for a zone that nobody knows. */
export function localTime(zone: string, at: Date): LocalTime {
  const wall = at.getTime() + offsetAt(zone, at.getTime());
  const midnight = Math.floor(wall / DAY) * DAY;
  return { date: dateOf(midnight), time: wall - midnight };
}

/** The instants at which clocks in a zone show a time: none where it is skipped, two where it comes twice. */
export function instantsOf(zone: string, { date, time }: LocalTime): Date[] {
  const wall = Date.parse(date) + time;
  return offsetsAround(zone, wall)
    .map((offset) => wall - offset)
    .filter((instant) => instant + offsetAt(zone, instant) === wall)
    .sort((a, b) => a - b)
    .map((instant) => new Date(instant));
}

/** The instants within a day and a half of a local date at which clocks in the zone are moved; seldom any. */
export function shiftsAround(zone: string, date: string): Date[] {
  const noon = Date.parse(date) + 12 * HOUR;
  let [before, after] = [noon - 36 * HOUR, noon + 36 * HOUR];
  const first = offsetAt(zone, before);
  if (offsetAt(zone, after) === first) return [];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (offsetAt(zone, middle) === first) before = middle;
    else after = middle;
  }
  return [new Date(after)];
}

/** The date some days after another, both `YYYY-MM-DD`. */
export function addDays(date: string, days: number): string {
  return dateOf(Date.parse(date) + days * DAY);
}

/** The day of the week of a date, as ISO 8601 counts: 1 is Monday, 7 is Sunday. */
export function weekdayOf(date: string): number {
  return new Date(date).getUTCDay() || 7;
}

function dateOf(midnight: number): string {
  return new Date(midnight).toISOString().slice(0, 10);
}

function offsetAt(zone: string, instant: number): number {
  const offset = IANAZone.create(zone).offset(instant) * MINUTE;
  if (Number.isNaN(offset)) throw new RangeError(`There is no time zone ${zone}.`);
  return offset;
}

/** The offsets that a clock reading can stand for; no zone is further than 14 hours from Greenwich. */
function offsetsAround(zone: string, wall: number): number[] {
  return [...new Set([offsetAt(zone, wall - 26 * HOUR), offsetAt(zone, wall + 26 * HOUR)])];
}

/**
 * Whether offices are closed all day in a whole country on a date: public and bank holidays of date-holidays. Days
 * that begin or end as working days count as working days; holidays of single regions and movable ones that a
 * government sets at short notice are not known.
 */
export function isPublicHoliday(country: string, date: string): boolean {
  const year = Number(date.slice(0, 4));
  return holidaysOf(country, year).has(date) || holidaysOf(country, year - 1).has(date);
}

const known = new Map<string, ReadonlySet<string>>();
const KNOWN_AT_MOST = 2000;

/** The days of the holidays that begin in a year; those at its end may reach into the next. */
function holidaysOf(country: string, year: number): ReadonlySet<string> {
  const key = `${country} ${year}`;
  const found = known.get(key) ?? readHolidays(country, year);
  if (known.size >= KNOWN_AT_MOST) known.clear();
  known.set(key, found);
  return found;
}

function readHolidays(country: string, year: number): ReadonlySet<string> {
  const Holidays = holidayRules();
  const days = new Set<string>();
  for (const holiday of new Holidays(country, { types: ["public", "bank"] }).getHolidays(year)) {
    const [first = "", time] = holiday.date.split(" ");
    // Whole days only; the day of a moved clock has 23 hours, and a feast of three days and a half has three.
    const count = Math.floor((holiday.end.getTime() - holiday.start.getTime() + HOUR) / DAY);
    if (time === "00:00:00") for (let day = 0; day < count; day++) days.add(addDays(first, day));
  }
  return days;
}

let rules: typeof HolidaysClass | undefined;

/** The library with its rules takes a tenth of a second and 27 MB, so only a process that asks for holidays loads it. */
function holidayRules(): typeof HolidaysClass {
  rules ??= createRequire(import.meta.url)("date-holidays") as typeof HolidaysClass;
  return rules;
}
