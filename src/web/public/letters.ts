import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { siteNotice, siteNow } from "../../domain/letters/site-service.js";
import { latestCheckpoint } from "../../domain/log/service.js";
import { deliveryOf } from "../../domain/delivery/views.js";
import { EVERYBODY } from "../../domain/publication/signatory.js";
import { letterAtAddress, type PublicLetter } from "../../domain/publication/service.js";
import { signatoryList, signatoryTotals, statements } from "../../domain/publication/views.js";
import { publicCoverage } from "../../domain/publication/coverage-views.js";
import { publishedBands } from "../../domain/pledges/views.js";
import type { Ctx } from "../../platform/context.js";
import { countryName } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { languageOf, page } from "../pages.js";
import { ctxOf } from "../request.js";
import { courseView } from "./course.js";
import { coverageView } from "./coverage-words.js";
import { bandLines } from "./band-words.js";
import {
  filterChoices,
  letterFrame,
  letterInLanguage,
  signing,
  type LetterInLanguage,
} from "./letter-frame.js";
import { letterData } from "./structured-data.js";
import { signatoryRows } from "./signatory-rows.js";
import { totalBars } from "./signatory-totals.js";

const FIRST = 10;
const STATEMENTS = 4;

/** The letter itself: text, count, who has signed in figures, and the first of the list. */
export function letterRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug", async (req, res) => {
    const { letter, endedWhy } = await letterAtAddress(ctxOf(res), req.params.slug);
    if (endedWhy !== "") return showEnded(app, req, res, letter, endedWhy);
    const { view, lang } = await letterView(app, ctxOf(res), req, letter);
    const body = app.templates.render("public/letter", view, { lang });
    return sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  return router;
}

/** Why there is no letter here any more; its text, which nobody approved or the sponsor took back, is not told. */
function showEnded(app: App, req: Request, res: Response, letter: PublicLetter, reason: string): void {
  const lang = languageOf(app, req);
  const heading = app.messages.t(lang, `versions.ended.${letter.state}`);
  const view = { title: heading, heading, reason, noindex: true, sponsorName: letter.sponsor_name };
  page(app, req, res, "public/letter-ended", view, { lang });
}

/** What the letter's page shows, and the language of the words around the text. */
export async function letterView(app: App, ctx: Ctx, req: Request, letter: PublicLetter) {
  const seen = await letterInLanguage(app, ctx, req, letter);
  const { lang, text, line, asked } = seen;
  const totals = await signatoryTotals(ctx, letter.id);
  const list = await signatoryList(ctx, { ...EVERYBODY, letterId: letter.id, limit: FIRST });
  const base = `/letters/${letter.slug}`;
  const site = await siteNow(ctx);
  const stands = signing(line, ctx.clock.now());
  const view = {
    ...letterFrame(app, seen, base, {}),
    signed: totals.signed,
    withdrawn: totals.withdrawn,
    reserved: totals.reserved,
    countries: totals.countries.length,
    ...totalBars(app, lang, totals, { path: `${base}/signatories`, asked }),
    ...filterChoices(app, lang, totals),
    deliveryHref: (await deliveryOf(ctx, letter.id)) ? query(`${base}/delivery`, { lang: asked }) : "",
    logHref: (await latestCheckpoint(ctx, letter.id)) === undefined ? "" : `${base}/log`,
    ...(await courseView(app, ctx, lang, letter, totals.signed)),
    bands: bandLines(app, lang, await publishedBands(ctx, letter.id)),
    coverage: coverageView(app, lang, await publicCoverage(ctx, letter.id)),
    title: text.title,
    description: text.summary || text.addressee,
    data: letterData(seen, totals, app.config.publicUrl),
    kind: kindWords(app, seen, ctx.clock.now()),
    signing: site.signing_paused && stands === "open" ? "paused" : stands,
    notice: siteNotice(site),
    officialNote: letter.official_note,
    signHref: query(`${base}/sign`, { lang: asked }),
    listPath: `${base}/signatories`,
    listHref: query(`${base}/signatories`, { lang: asked }),
    addressee: text.addressee,
    bodyMd: text.bodyMd,
    translation: text.language === line.defaultLanguage ? "" : text.reviewed ? "reviewed" : "unreviewed",
    ownText: { lang: line.defaultLanguage, href: query(base, { lang: line.defaultLanguage }) },
    versionNumber: text.versionNumber,
    versionAt: text.versionAt,
    versionBefore: text.versionNumber - 1,
    versionReason: text.versionNumber > 1 ? text.versionReason : "",
    versionsHref: query(`${base}/versions`, { lang: asked }),
    pressHref: query(`${base}/press`, { lang: asked }),
    correctionsHref: query(`${base}/corrections`, { lang: asked }),
    asOf: ctx.clock.now(),
    rows: signatoryRows(app, lang, list.items),
    total: list.total,
    shownAll: list.total <= FIRST,
    statements: (await statements(ctx, letter.id, STATEMENTS)).map((one) => ({
      ...one,
      country: countryName(lang, one.country),
      href: query(`${base}/signatories`, { q: one.organisation, lang: asked }),
    })),
  };
  return { view, lang };
}

/** The line above the title: what this is and until when it can be signed. */
function kindWords(app: App, { lang, letter, line }: LetterInLanguage, now: Date): string {
  const state = signing(line, now);
  const end = state === "over" ? (letter.closed_at ?? letter.closes_at) : letter.closes_at;
  const after = ["delivered", "answered", "concluded", "archived"].includes(letter.state)
    ? letter.state
    : "closed";
  const key = state === "over" ? after : state;
  return end
    ? app.messages.t(lang, `public.letter.kind.${key}`, { date: end })
    : app.messages.t(lang, `public.letter.kind.${key}_undated`);
}
