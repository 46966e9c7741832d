import type { App } from "../../app.js";
import type { Check, Signatory } from "../../domain/publication/signatory.js";
import { countryName } from "../../platform/i18n.js";
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
  /** The version it signed, where it was asked to sign a newer one. */
  signedVersion: number | null;
}

/** What was checked, in words. */
export function checkedWords(app: App, lang: string, checks: readonly Check[]): string {
  const said = (check: Check): string => (checks.includes(check) ? "yes" : "no");
  return app.messages.t(lang, "public.list.checked_words", {
    email: said("email_confirmed"),
    reviewed: said("reviewed_by_staff"),
  });
}

/** The entries of the list as rows of its table. */
export function signatoryRows(app: App, lang: string, items: readonly Signatory[]): SignatoryRow[] {
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
    signedVersion: item.signedVersion,
  }));
}
