import type { App } from "../../app.js";
import { largest, type Group } from "../../domain/publication/signatory.js";
import type { SignatoryTotals } from "../../domain/publication/views.js";
import { countryName } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { sectorName } from "./letter-frame.js";

/** One bar: how many of a group have signed; it leads to its part of the list, unless it is the rest. */
export interface TotalBar {
  label: string;
  value: number;
  rest: boolean;
  href: string;
}

type Part = "sector" | "country" | "region";

/** How many of a list stand for themselves before the rest is one line. */
const BARS = 6;

/** Who has signed in figures: by region, sector and country; `all` leaves no rest. */
export function totalBars(
  app: App,
  lang: string,
  totals: SignatoryTotals,
  list: { path: string; asked: string; all?: boolean },
) {
  const bars = (
    part: Part,
    groups: readonly Group[],
    name: (code: string) => string,
    rest = "",
  ): TotalBar[] => {
    const { top, others, rest: value } = largest(groups, list.all || rest === "" ? groups.length : BARS);
    const shown = top.map(({ code, count }) => ({
      label: name(code),
      value: count,
      rest: false,
      href: query(list.path, { [part]: code, lang: list.asked }),
    }));
    if (others === 0) return shown;
    return [...shown, { label: app.messages.t(lang, rest, { count: others }), value, rest: true, href: "" }];
  };
  const country = (code: string) => countryName(lang, code);
  return {
    // One scale for all bars of a page.
    greatest: Math.max(
      1,
      ...[...totals.sectors, ...totals.countries, ...(list.all ? totals.regions : [])].map(
        ({ count }) => count,
      ),
    ),
    regionBars: bars("region", totals.regions, country),
    sectorBars: bars(
      "sector",
      totals.sectors,
      (code) => sectorName(app, lang, code),
      "public.letter.other_sectors",
    ),
    countryBars: bars("country", totals.countries, country, "public.letter.other_countries"),
  };
}
