import type { App } from "../../app.js";
import { CHECKS, type Check, type Signatory } from "../../domain/publication/signatory.js";
import { countryName, mark } from "../../platform/i18n.js";
import { sectorName } from "./letter-frame.js";

/** A row of the public table. */
export interface SignatoryRow {
  anchor: string;
  organisation: string;
  country: string;
  sector: string;
  /** Name and title; empty for those who have withdrawn. */
  signatory: string;
  signedAt: Date;
  withdrawnAt: Date | null;
  quote: string;
  quoteLang: string;
  checked: string;
  reservations: { clause: number; text: string; lang: string; href: string }[];
  logo: Signatory["logo"];
  /** Whether it signed for its whole group, and whom that covers. */
  group: boolean;
  covers: string[];
  /** The version it signed, where it was asked to sign a newer one. */
  signedVersion: number | null;
}

/** What was checked, in words. */
export function checkedWords(app: App, lang: string, checks: readonly Check[]): string {
  const said = (check: Check): string => (checks.includes(check) ? "yes" : "no");
  const more = CHECKS.filter((check) => MORE.has(check) && checks.includes(check)).map((check) =>
    app.messages.t(lang, `public.check.${check}`),
  );
  const first = app.messages.t(lang, "public.list.checked_words", {
    email: said("email_confirmed"),
    reviewed: said("reviewed_by_staff"),
  });
  return [first, ...more].join(mark(lang, ", "));
}

/** What comes after the confirmed address and the review, where it was checked too. */
const MORE: ReadonlySet<Check> = new Set<Check>([
  "own_domain",
  "officer_attested",
  "checked_independently",
  "qualified_signature",
]);

/** The entries of the list as rows of its table; `letterHref` leads to the letter's text, unless it is on the same page. */
export function signatoryRows(
  app: App,
  lang: string,
  items: readonly Signatory[],
  letterHref = "",
): SignatoryRow[] {
  return items.map((item) => ({
    anchor: item.anchor,
    organisation: item.organisation,
    country: countryName(lang, item.country),
    sector: sectorName(app, lang, item.sector),
    signatory: item.signatoryName ? `${item.signatoryName}, ${item.signatoryTitle ?? ""}` : "",
    signedAt: item.signedAt,
    withdrawnAt: item.withdrawnAt,
    quote: item.quote ?? "",
    quoteLang: item.quoteLanguage,
    checked: checkedWords(app, lang, item.checked),
    reservations: item.reservations.map(({ clause, text, language }) => ({
      clause,
      text,
      lang: language,
      href: `${letterHref}#c${clause}`,
    })),
    group: item.scope === "group" && item.withdrawnAt === null,
    covers: item.covers,
    logo: item.logo,
    signedVersion: item.signedVersion,
  }));
}
