import { z } from "zod";
import { LETTER_STATES } from "../letters/letter.js";
import { CHECKS, SORTS } from "./signatory.js";

const MAX_PAGE = 100_000;
const CONTROLS = /[\u0000-\u001f\u007f]+/gu;

function word(max: number) {
  return z
    .preprocess((value) => (Array.isArray(value) ? (value as unknown[])[0] : value), z.string().catch(""))
    .transform((value) => value.replaceAll(CONTROLS, " ").trim().slice(0, max));
}

/**
 * The query of the public list. It never fails: what makes no sense finds nothing (a country nobody is from) or is
 * read as not said (an order we do not know), since people and old links type into addresses.
 */
export const signatoryQuery = z.object({
  q: word(200).default(""),
  sector: word(40).default(""),
  country: word(40)
    .transform((value) => value.toUpperCase())
    .default(""),
  region: word(3).default(""),
  sort: word(10).pipe(z.enum(SORTS).catch("name")).default("name"),
  page: word(10)
    .transform((value) =>
      /^\d{1,6}$/.test(value) ? Math.max(1, Math.min(MAX_PAGE, Number(value))) : undefined,
    )
    .optional(),
});

/** One entry of the public list in its JSON twin. */
export const signatoryItem = z.object({
  anchor: z.string(),
  url: z.url(),
  organisation: z.string(),
  country: z.string().length(2),
  sector: z.string(),
  signatory_name: z.string().nullable(),
  signatory_title: z.string().nullable(),
  state: z.enum(["published", "withdrawn"]),
  signed_at: z.iso.datetime(),
  withdrawn_at: z.iso.datetime().nullable(),
  quote: z.string().nullable(),
  /** Each on one clause of the letter, in the organisation's own words. */
  reservations: z.array(z.object({ clause: z.int(), text: z.string(), language: z.string() })),
  /** Where its logo stands while it may be shown. */
  logo: z.url().nullable(),
  /** Whether it signed for itself or for the whole group, and whom that covers who does not stand here itself. */
  scope: z.enum(["entity", "group"]),
  covers: z.array(z.string()),
  checked: z.array(z.enum(CHECKS)),
  /** The version it signed, where it was asked to sign a newer one and has not answered. */
  signed_version: z.int().nullable(),
});

/** Support that is told in bands: at least so many, as of a date; null below five. */
const band = z
  .object({
    at_least: z.int(),
    published_at: z.iso.datetime(),
    classes: z.array(
      z.object({
        sector: z.string().nullable(),
        country: z.string().length(2).nullable(),
        at_least: z.int(),
      }),
    ),
  })
  .nullable();

const group = z.object({ code: z.string(), count: z.int() });

/** How much the signatories stand for; days as `YYYY-MM-DD`, the share from 0 to 1 and rounded down. */
export const coverageDocument = z.object({
  value: z.number(),
  organisations: z.int(),
  from: z.iso.date().nullable(),
  until: z.iso.date().nullable(),
  total: z
    .object({
      value: z.number(),
      as_of: z.iso.date(),
      source: z.string(),
      source_url: z.string().nullable(),
    })
    .nullable(),
  share: z.number().nullable(),
});

/** The public list as JSON; fields that it does not name never go out. */
export const signatoryListDocument = z.object({
  letter: z.object({
    slug: z.string(),
    url: z.url(),
    title: z.string(),
    language: z.string(),
    state: z.enum(LETTER_STATES),
    version: z.int(),
    closes_at: z.iso.datetime().nullable(),
  }),
  /** Of the whole list, whatever it is narrowed to: published public signatures, how many of them with a reservation, their countries, and withdrawn ones. */
  counts: z.object({ signed: z.int(), with_reservation: z.int(), countries: z.int(), withdrawn: z.int() }),
  /** Organisations that are not named: those in confidence, and those ready to sign if more join. */
  support: z.object({ confidential: band, pledged: band }),
  /** What the signatories operate, by the newest figure of each, and the part of the total that staff entered. */
  coverage: coverageDocument,
  filter: z.object({
    q: z.string(),
    sector: z.string(),
    country: z.string(),
    region: z.string(),
    sort: z.enum(SORTS),
  }),
  /** Those counted as signed, by region (UN M49 code), country (ISO 3166-1 alpha-2) and sector; the largest first. */
  totals: z.object({ regions: z.array(group), countries: z.array(group), sectors: z.array(group) }),
  total: z.int(),
  page: z.int().nullable(),
  pages: z.int().nullable(),
  items: z.array(signatoryItem),
});

/** The public list as JSON. */
export type SignatoryListDocument = z.output<typeof signatoryListDocument>;

/** What a publishing tool asks about an address of ours (oEmbed 1.0, §2.2); sizes in pixels. */
export const oembedQuery = z.object({
  url: word(2000),
  format: word(10)
    .transform((value) => value || "json")
    .default("json"),
  maxwidth: size(),
  maxheight: size(),
});

function size() {
  return word(6)
    .transform((value) => (/^[1-9]\d{0,4}$/.test(value) ? Number(value) : 10_000))
    .default(10_000);
}
