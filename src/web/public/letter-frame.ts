import type { Request } from "express";
import type { App } from "../../app.js";
import { currentText, letterLine, type CurrentText, type LetterLine } from "../../domain/letters/views.js";
import type { PublicLetter } from "../../domain/publication/service.js";
import type { Ctx } from "../../platform/context.js";
import { countryName, dir, fallbackChain } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { footerLinks } from "../footer.js";
import { languageOf } from "../pages.js";
import { cardLink } from "./card-link.js";

/** A letter as one request sees it: its text in the language that fits best, and the language around it. */
export interface LetterInLanguage {
  letter: PublicLetter;
  line: LetterLine;
  text: CurrentText;
  /** Of the words around the text: the one asked for, as far as we speak it. */
  lang: string;
  /** What was asked for in the address, to be kept in links; empty if nothing. */
  asked: string;
}

/** Everybody may read these from pages of their own. */
export const SHARED = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" };

/** The list in other forms, and those that programs look for in a page's head. */
const TWINS = ["json", "csv", "txt", "atom"];
const ANNOUNCED = { json: "application/json", csv: "text/csv", atom: "application/atom+xml" };

/** The languages a request wishes for, the one in the address first. */
function wishes(req: Request, given: string): string[] {
  const asked = given || req.query["lang"];
  const own = typeof asked === "string" ? [asked] : [];
  return [...own, ...req.acceptsLanguages()].filter((wish) => /^[A-Za-z]{2,3}(-[A-Za-z]{2,4})?$/.test(wish));
}

/**
 * Reads a letter's text for a request, in the first wished language that the letter has, else in its own; `wish` goes
 * before what the request says.
 */
export async function letterInLanguage(
  app: App,
  ctx: Ctx,
  req: Request,
  letter: PublicLetter,
  wish = "",
): Promise<LetterInLanguage> {
  const line = await letterLine(ctx, letter.id);
  const languages = line?.languages ?? [];
  const found = wishes(req, wish)
    .flatMap((wish) => [wish, wish.split("-")[0] ?? ""])
    .find((wish) => languages.includes(wish));
  const text = await currentText(ctx, letter.id, found);
  if (!line || !text) throw new Error(`the letter ${letter.id} has no text`);
  const asked = req.query["lang"];
  return {
    letter,
    line,
    text,
    lang: languageOf(app, req),
    asked: typeof asked === "string" && languages.includes(asked) ? asked : "",
  };
}

/** Whether the letter can be signed by anybody now, or why not. */
export function signing(
  letter: { state: string; closesAt: Date | null },
  now: Date,
): "open" | "paused" | "over" {
  if (letter.closesAt && letter.closesAt <= now) return "over";
  return letter.state === "open" || letter.state === "paused" ? letter.state : "over";
}

/** What the layout of a letter's pages needs: whose letter it is, its languages, who pays, and the twins of its list. */
export function letterFrame(app: App, seen: LetterInLanguage, path: string, params: Record<string, string>) {
  const { letter, line, text, lang, asked } = seen;
  const base = `/letters/${letter.slug}`;
  const address = letter.sponsor_address.split("\n").join(", ");
  const run = app.messages.t(lang, "public.foot.run_by", { sponsor: letter.sponsor_name, address });
  return {
    canonical: app.config.publicUrl + query(path, { ...params, lang: asked }),
    sponsor: { name: letter.sponsor_name, href: query(base, { lang: asked }) },
    languages: line.languages.map((language) => ({
      lang: language,
      href: query(path, { ...params, lang: language }),
      current: language === text.language,
    })),
    footer: {
      funding: [run, letter.funding_note].filter(Boolean).join(" "),
      links: footerLinks(app, lang, asked !== ""),
    },
    translations: [
      ...line.languages.map((language) => ({ lang: language, language })),
      { lang: "x-default", language: "" },
    ].map(({ lang: hreflang, language }) => ({
      lang: hreflang,
      href: app.config.publicUrl + query(path, { ...params, lang: language }),
    })),
    alternates: [
      ...Object.entries(ANNOUNCED).map(([kind, type]) => ({
        href: `${base}/signatories.${kind}`,
        type,
        title: app.messages.t(lang, "public.list.heading"),
      })),
      {
        href: query("/oembed", { url: app.config.publicUrl + query(base, { lang: asked }) }),
        type: "application/json+oembed",
        title: text.title,
      },
    ],
    social: {
      title: text.title,
      description: text.summary || text.addressee,
      url: app.config.publicUrl + query(base, { lang: asked }),
      site: letter.sponsor_name,
      locale: text.language.replace("-", "_"),
      image: cardLink(app, seen),
    },
    feeds: [
      ...TWINS.map((kind) => ({
        href: query(`${base}/signatories.${kind}`, { ...params, page: "", lang: asked }),
        label: app.messages.t(lang, `public.list.feed.${kind}`),
      })),
      { href: query(`${base}/letter.pdf`, { lang: asked }), label: app.messages.t(lang, "pdf.page.letter") },
    ],
    asked,
    textLang: text.language,
    textDir: dir(text.language),
  };
}

/** A sector in words; the code itself where we have none. */
export function sectorName(app: App, lang: string, code: string): string {
  const key = `sector.${code}`;
  return fallbackChain(lang).some((each) => app.messages.has(each, key)) ? app.messages.t(lang, key) : code;
}

/** Choices for a filter, sorted by their words. */
export function choices(lang: string, values: readonly string[], name: (value: string) => string) {
  const collator = new Intl.Collator(lang);
  return values
    .map((value) => ({ value, label: name(value) }))
    .sort((a, b) => collator.compare(a.label, b.label));
}

/** Choices of the regions, countries and sectors that somebody on the list is from. */
export function filterChoices(
  app: App,
  lang: string,
  totals: Record<"countries" | "sectors" | "regions", readonly { code: string }[]>,
) {
  return {
    regionChoices: choices(
      lang,
      totals.regions.map(({ code }) => code),
      (code) => countryName(lang, code),
    ),
    sectorChoices: choices(
      lang,
      totals.sectors.map(({ code }) => code),
      (code) => sectorName(app, lang, code),
    ),
    countryChoices: choices(
      lang,
      totals.countries.map(({ code }) => code),
      (code) => countryName(lang, code),
    ),
  };
}
