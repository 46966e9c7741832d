import { describe, expect, it } from "@jest/globals";
import { getCountry } from "countries-and-timezones";
import * as fc from "fast-check";
import { DAY, HOUR, MINUTE } from "../../../src/platform/clock.js";
import { countryCodes } from "../../../src/platform/countries.js";
import { isTimeZone, localTime, zoneOfCountry } from "../../../src/platform/calendar.js";
import {
  addOpenDays,
  DEFAULT_WINDOW,
  expiresAt,
  isOpen,
  opensAt,
  placeOf,
  windowFault,
  windowFor,
  windowVerdict,
  type Place,
  type SendWindow,
} from "../../../src/domain/outreach/window.js";

const ANY_DAY = [1, 2, 3, 4, 5, 6, 7];
const at = (text: string) => new Date(text);
const place = (zone: string, country: string | null = null): Place => ({ zone, country });
const daily = (from: string, to: string): SendWindow => ({ from, to, days: ANY_DAY, holidays: false });
const iso = (date: Date) => date.toISOString().replace(".000Z", "Z");

function clock(quarters: number): string {
  return `${String(Math.floor(quarters / 4)).padStart(2, "0")}:${String((quarters % 4) * 15).padStart(2, "0")}`;
}

describe("a window", () => {
  it.each<[what: string, window: SendWindow | null, place: Place, at: string, opens: string]>([
    [
      "at noon in Paris",
      DEFAULT_WINDOW,
      place("Europe/Paris", "FR"),
      "2026-11-25T11:00:00Z",
      "2026-11-25T11:00:00Z",
    ],
    [
      "before nine in Paris",
      DEFAULT_WINDOW,
      place("Europe/Paris", "FR"),
      "2026-11-25T07:59:59Z",
      "2026-11-25T08:00:00Z",
    ],
    [
      "at five in Paris",
      DEFAULT_WINDOW,
      place("Europe/Paris", "FR"),
      "2026-11-25T16:00:00Z",
      "2026-11-26T08:00:00Z",
    ],
    [
      "on a Friday night in Berlin",
      DEFAULT_WINDOW,
      place("Europe/Berlin", "DE"),
      "2026-11-27T22:00:00Z",
      "2026-11-30T08:00:00Z",
    ],
    [
      "on 14 July in Paris",
      DEFAULT_WINDOW,
      place("Europe/Paris", "FR"),
      "2026-07-14T10:00:00Z",
      "2026-07-15T07:00:00Z",
    ],
    [
      "on 14 July in Berlin",
      DEFAULT_WINDOW,
      place("Europe/Berlin", "DE"),
      "2026-07-14T10:00:00Z",
      "2026-07-14T10:00:00Z",
    ],
    [
      "over Christmas in London, with the day for Boxing Day",
      DEFAULT_WINDOW,
      place("Europe/London", "GB"),
      "2026-12-24T17:00:00Z",
      "2026-12-29T09:00:00Z",
    ],
    [
      "over the year's end in Tokyo",
      DEFAULT_WINDOW,
      place("Asia/Tokyo", "JP"),
      "2026-12-31T12:00:00Z",
      "2027-01-04T00:00:00Z",
    ],
    [
      "on a half holiday in Shanghai, which is a working day here",
      DEFAULT_WINDOW,
      place("Asia/Shanghai", "CN"),
      "2026-05-04T06:00:00Z",
      "2026-05-04T06:00:00Z",
    ],
    [
      "on Thanksgiving in New York",
      DEFAULT_WINDOW,
      place("America/New_York", "US"),
      "2026-11-26T15:00:00Z",
      "2026-11-27T14:00:00Z",
    ],
    [
      "on a Friday in Riyadh",
      windowFor("SA"),
      place("Asia/Riyadh", "SA"),
      "2026-11-27T09:00:00Z",
      "2026-11-29T06:00:00Z",
    ],
    [
      "during Eid in Riyadh",
      windowFor("SA"),
      place("Asia/Riyadh", "SA"),
      "2026-05-26T09:00:00Z",
      "2026-05-31T06:00:00Z",
    ],
    [
      "on a Sunday in Tel Aviv",
      windowFor("IL"),
      place("Asia/Jerusalem", "IL"),
      "2026-11-29T09:00:00Z",
      "2026-11-29T09:00:00Z",
    ],
    [
      "in Kathmandu, 45 minutes off the hour",
      { ...DEFAULT_WINDOW, holidays: false },
      place("Asia/Kathmandu", "NP"),
      "2026-11-25T03:14:00Z",
      "2026-11-25T03:15:00Z",
    ],
    [
      "in Mumbai, half an hour off",
      DEFAULT_WINDOW,
      place("Asia/Kolkata", "IN"),
      "2026-11-25T01:00:00Z",
      "2026-11-25T03:30:00Z",
    ],
    [
      "in Adelaide in summer",
      DEFAULT_WINDOW,
      place("Australia/Adelaide", null),
      "2026-11-25T12:00:00Z",
      "2026-11-25T22:30:00Z",
    ],
    [
      "on a leap day in Paris",
      { ...DEFAULT_WINDOW, days: ANY_DAY },
      place("Europe/Paris", "FR"),
      "2028-02-28T18:00:00Z",
      "2028-02-29T08:00:00Z",
    ],
    [
      "when the hour of opening is skipped in Paris",
      daily("02:30", "06:00"),
      place("Europe/Paris"),
      "2027-03-28T00:00:00Z",
      "2027-03-28T01:00:00Z",
    ],
    [
      "when all its hours are skipped in Paris",
      daily("02:10", "02:50"),
      place("Europe/Paris"),
      "2027-03-28T00:00:00Z",
      "2027-03-29T00:10:00Z",
    ],
    [
      "when its hours come twice in New York",
      daily("01:15", "01:45"),
      place("America/New_York"),
      "2026-11-01T05:50:00Z",
      "2026-11-01T06:15:00Z",
    ],
    [
      "when clocks go back into its hours in New York",
      daily("00:30", "01:20"),
      place("America/New_York"),
      "2026-11-01T05:30:00Z",
      "2026-11-01T06:00:00Z",
    ],
    [
      "when midnight is skipped in Cairo",
      daily("00:00", "08:00"),
      place("Africa/Cairo"),
      "2027-04-29T21:30:00Z",
      "2027-04-29T22:00:00Z",
    ],
    [
      "when a whole day was skipped in Samoa",
      daily("09:00", "17:00"),
      place("Pacific/Apia"),
      "2011-12-30T04:00:00Z",
      "2011-12-30T19:00:00Z",
    ],
    [
      "that goes to the end of the day",
      daily("22:00", "24:00"),
      place("Europe/Paris"),
      "2026-11-25T22:59:59Z",
      "2026-11-25T22:59:59Z",
    ],
    ["of no kind", null, place("Europe/Paris", "FR"), "2026-12-25T02:00:00Z", "2026-12-25T02:00:00Z"],
  ])("%s", (_, window, where, asked, opens) => {
    expect(iso(opensAt(window, where, at(asked)))).toBe(opens);
  });

  it("opens at the first minute that a look at every clock would find, wherever clocks are moved", () => {
    const zones = [
      "America/New_York",
      "Australia/Lord_Howe",
      "Africa/Cairo",
      "America/St_Johns",
      "Africa/Casablanca",
      "Pacific/Chatham",
    ];
    const time = fc.integer({ min: 0, max: 95 });
    fc.assert(
      fc.property(
        fc.constantFrom(...zones),
        fc.tuple(time, time).filter(([a, b]) => a !== b),
        fc.subarray(ANY_DAY, { minLength: 1 }),
        fc.integer({ min: 0, max: 365 * 96 }),
        fc.boolean(),
        (zone, hours, days, quarters, midnight) => {
          const [from, to] = hours.sort((a, b) => a - b);
          const window = { from: clock(from), to: midnight ? "24:00" : clock(to), days, holidays: false };
          const start = Date.UTC(2026, 0, 1) + quarters * 15 * MINUTE;
          let step = start;
          while (!isOpen(window, place(zone), new Date(step)) && step < start + 15 * DAY) step += 15 * MINUTE;
          expect(iso(opensAt(window, place(zone), new Date(start)))).toBe(iso(new Date(step)));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("always ends for good at the moment a mail expires", () => {
    const countries = fc.constantFrom("FR", "US", "SA", "IR", "JP", "NP", "AU", "BR", null);
    fc.assert(
      fc.property(countries, fc.integer({ min: 0, max: 2 * 365 * 24 * 60 }), (country, minutes) => {
        const [window, where] = [windowFor(country), placeOf({ country, timeZone: null })];
        const start = new Date(Date.UTC(2026, 0, 1) + minutes * MINUTE);
        const end = expiresAt(window, where, start);
        expect(isOpen(window, where, end)).toBe(false);
        expect(isOpen(window, where, new Date(end.getTime() - 1))).toBe(true);
        expect(end.getTime() - start.getTime()).toBeGreaterThan(2 * DAY);
      }),
      { numRuns: 300 },
    );
  });
});

describe("days in which a window opens", () => {
  const paris = place("Europe/Paris", "FR");

  it.each<[what: string, window: SendWindow | null, place: Place, at: string, days: number, later: string]>([
    ["over a week-end", DEFAULT_WINDOW, paris, "2026-11-26T10:00:00Z", 3, "2026-12-01T10:00:00Z"],
    [
      "over Easter and the change of clocks",
      DEFAULT_WINDOW,
      paris,
      "2027-03-26T09:00:00Z",
      1,
      "2027-03-30T08:00:00Z",
    ],
    [
      "back to winter time, at the same time of day",
      DEFAULT_WINDOW,
      paris,
      "2026-10-23T08:00:00Z",
      1,
      "2026-10-26T09:00:00Z",
    ],
    [
      "without a window, over the change of clocks",
      null,
      paris,
      "2026-10-24T10:00:00Z",
      2,
      "2026-10-26T11:00:00Z",
    ],
    ["to a time that is skipped", null, paris, "2027-03-27T01:30:00Z", 1, "2027-03-28T01:00:00Z"],
    ["to a time that comes twice", null, paris, "2026-10-24T00:30:00Z", 1, "2026-10-25T00:30:00Z"],
    [
      "from a night, moved into the window",
      DEFAULT_WINDOW,
      paris,
      "2026-11-24T02:00:00Z",
      1,
      "2026-11-25T08:00:00Z",
    ],
    ["none: now, or when it opens", DEFAULT_WINDOW, paris, "2026-11-28T10:00:00Z", 0, "2026-11-30T08:00:00Z"],
    [
      "over a Friday and Saturday in Kuwait",
      windowFor("KW"),
      place("Asia/Kuwait", "KW"),
      "2026-11-26T09:00:00Z",
      1,
      "2026-11-29T09:00:00Z",
    ],
    ["over the leap day", DEFAULT_WINDOW, paris, "2028-02-28T10:00:00Z", 2, "2028-03-01T10:00:00Z"],
  ])("count %s", (_, window, where, asked, days, later) => {
    expect(iso(addOpenDays(window, where, at(asked), days))).toBe(later);
  });

  it("go before a mail is too late: the third of them has to end", () => {
    expect(iso(expiresAt(DEFAULT_WINDOW, paris, at("2026-11-26T10:00:00Z")))).toBe("2026-12-01T16:00:00Z");
    expect(iso(expiresAt(DEFAULT_WINDOW, paris, at("2026-12-23T10:00:00Z")))).toBe("2026-12-29T16:00:00Z");
    expect(iso(expiresAt(null, paris, at("2026-12-23T10:00:00Z")))).toBe("2026-12-26T23:00:00Z");
  });
});

describe("a window that never opens", () => {
  const never: [SendWindow, string][] = [
    [{ ...DEFAULT_WINDOW, days: [] }, "window_days"],
    [{ ...DEFAULT_WINDOW, days: [0, 8] }, "window_days"],
    [{ ...DEFAULT_WINDOW, from: "17:00", to: "09:00" }, "window_hours"],
    [{ ...DEFAULT_WINDOW, from: "09:00", to: "09:00" }, "window_hours"],
    [{ ...DEFAULT_WINDOW, from: "9" }, "window_time"],
    [{ ...DEFAULT_WINDOW, to: "24:01" }, "window_time"],
  ];

  it("is named when it is saved", () => {
    expect(windowFault(DEFAULT_WINDOW)).toBeUndefined();
    for (const [window, fault] of never) expect(windowFault(window)).toBe(fault);
  });

  it("holds a mail up instead of letting anything wait for it without end", () => {
    for (const [window] of never) {
      expect(() => opensAt(window, place("Europe/Paris"), at("2026-11-25T11:00:00Z"))).toThrow(RangeError);
      expect(windowVerdict(window, place("Europe/Paris"), at("2026-11-25T11:00:00Z"))).toMatchObject({
        to: "held",
      });
    }
  });
});

/** What clocks in a zone show at two instants, in winter and in summer. */
function clocks(zone: string) {
  return [0, 6].map((month) => localTime(zone, new Date(Date.UTC(2027, month, 15))));
}

describe("the place of a contact", () => {
  it("is its own time zone before that of its country", () => {
    expect(placeOf({ country: "US", timeZone: "America/Los_Angeles" }).zone).toBe("America/Los_Angeles");
    expect(placeOf({ country: "US", timeZone: null }).zone).toBe("America/New_York");
    expect(placeOf({ country: "US", timeZone: "Mars/Olympus" }).zone).toBe("America/New_York");
    expect(placeOf({ country: null, timeZone: null }).zone).toBe("Etc/UTC");
  });

  it("bears the name of a place in the country, with the clocks that the library gives it", () => {
    const named = ["NO", "SE", "DK", "NL", "LU", "IS", "BE", "DE", "CH", "CI"].map(zoneOfCountry);
    expect(named).toEqual([
      "Europe/Oslo",
      "Europe/Stockholm",
      "Europe/Copenhagen",
      "Europe/Amsterdam",
      "Europe/Luxembourg",
      "Atlantic/Reykjavik",
      "Europe/Brussels",
      "Europe/Berlin",
      "Europe/Zurich",
      "Africa/Abidjan",
    ]);
    for (const code of countryCodes) {
      const [shared, ...more] = getCountry(code)?.timezones ?? [];
      if (shared && more.length === 0) expect(clocks(zoneOfCountry(code))).toEqual(clocks(shared));
    }
  });

  it("is known for every country where anybody could have an office", () => {
    const unknown = countryCodes.filter((code) => zoneOfCountry(code) === "Etc/UTC");
    expect(unknown).toEqual(["AQ", "BV", "HM"].filter((code) => unknown.includes(code)));
    expect(countryCodes.every((code) => isTimeZone(zoneOfCountry(code)))).toBe(true);
  });

  it("opens within five days in every country, at nine on its clock", () => {
    for (const country of countryCodes) {
      const where = placeOf({ country, timeZone: null });
      const opens = opensAt(windowFor(country), where, at("2026-11-25T23:30:00Z"));
      expect(opens.getTime() - at("2026-11-25T23:30:00Z").getTime()).toBeLessThan(6 * DAY);
      if (localTime(where.zone, opens).time !== 9 * HOUR) expect(opens).toEqual(at("2026-11-25T23:30:00Z"));
    }
  });
});
