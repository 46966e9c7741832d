import type { Request, Response } from "express";
import type { App } from "../../app.js";
import type { LetterToAnswer } from "../../domain/invitations/letter-service.js";
import { publicStanding } from "../../domain/letters/letter.js";
import { keepPrivate, languageOf, page } from "../pages.js";

/** How a page behind a personal link is answered. */
export interface PersonalOptions {
  letter: LetterToAnswer;
  lang: string;
  status?: number;
}

/**
 * Answers with a page behind a personal link: kept by nobody, found by no search, with the sponsor's name on top and
 * who pays at the foot.
 */
export function personalPage(
  app: App,
  req: Request,
  res: Response,
  template: string,
  view: Record<string, unknown> & { title: string },
  { letter, lang, status }: PersonalOptions,
): void {
  keepPrivate(res);
  const funding =
    letter.fundingNote === ""
      ? app.messages.t(lang, "answers.funding", { sponsor: letter.sponsorName })
      : letter.fundingNote;
  page(
    app,
    req,
    res,
    template,
    {
      letter: letterView(letter),
      sponsor: {
        name: letter.sponsorName,
        ...(publicAddress(letter) ? { href: publicAddress(letter) } : {}),
      },
      footer: { funding },
      errors: {},
      values: {},
      suffix: suffixOf(app, req),
      asked: suffixOf(app, req).slice("?lang=".length),
      otherLanguage: app.messages.languages.find((each) => each !== lang) ?? "",
      ...view,
    },
    { lang, layout: "personal", ...(status ? { status } : {}) },
  );
}

/** Where the letter can be read by everybody, once it can. */
export function publicAddress(letter: LetterToAnswer): string | undefined {
  return publicStanding(letter.state) === "shown" ? `/letters/${letter.slug}` : undefined;
}

/** What pages show of a letter. */
function letterView(letter: LetterToAnswer) {
  const words = letter.bodyMd.split(/\s+/).length;
  return {
    slug: letter.slug,
    title: letter.title,
    plainTitle: letter.title.replace(/[.\s]+$/u, ""),
    addressee: letter.addressee,
    summary: letter.summary,
    body: letter.bodyMd,
    language: letter.language,
    version: letter.versionNumber,
    minutes: Math.max(1, Math.round(words / 200)),
    sponsor: letter.sponsorName,
    sponsorEmail: letter.sponsorEmail,
    closesAt: letter.closesAt,
    closedAt: letter.closedAt ?? letter.closesAt,
    href: publicAddress(letter) ?? "",
  };
}

/** The language of a personal page: what the address asks for, else the contact's own, else what the browser prefers. */
export function personalLanguage(app: App, req: Request, own: string | null | undefined): string {
  const asked = req.query["lang"];
  if (typeof asked === "string" && app.messages.match(asked)) return languageOf(app, req);
  return (own && app.messages.match(own)) || languageOf(app, req);
}

/** The language that the address asks for, if any. */
export function askedLanguage(req: Request): string | undefined {
  const asked = req.query["lang"];
  return typeof asked === "string" && /^[a-z]{2,3}(-[A-Z]{2})?$/.test(asked) ? asked : undefined;
}

/** Carries the language that was asked for along from page to page: `?lang=fr`, or nothing. */
export function suffixOf(app: App, req: Request): string {
  const asked = askedLanguage(req);
  return asked && app.messages.match(asked) ? `?lang=${asked}` : "";
}
