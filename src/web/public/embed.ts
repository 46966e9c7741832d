import { readFileSync } from "node:fs";
import path from "node:path";
import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { EVERYBODY } from "../../domain/publication/signatory.js";
import { publicLetter } from "../../domain/publication/service.js";
import { signatoryList, signatoryTotals } from "../../domain/publication/views.js";
import { packageRoot } from "../../platform/config.js";
import { countryName, dir } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { letterInLanguage, SHARED, type LetterInLanguage } from "./letter-frame.js";

const NEWEST = 5;
/** The frame's size in pixels, where nobody asks for another. */
export const EMBED_WIDTH = 480;
export const EMBED_HEIGHT = 420;

/** May stand in a frame on any page, and runs one script of ours: the one that says how tall it is. */
const EMBED_POLICY =
  "default-src 'none'; base-uri 'none'; font-src 'self'; img-src 'self'; style-src 'self'; script-src 'self'; form-action 'none'; frame-ancestors *";
const SVG_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/** What other people put on their own pages: the newest signatories in a frame, and a badge that is only a picture. */
export function embedRoutes(app: App): Router {
  const router = Router();
  const script = readFileSync(path.join(packageRoot, "templates", "static", "embed.js"), "utf8");
  router.get("/letters/:slug/embed", async (req, res) => {
    const { view, lang } = await embedView(app, req, res, req.params.slug);
    const body = app.templates.render("embed/signatories", view, { lang });
    res.removeHeader("X-Frame-Options");
    const headers = { "Content-Language": lang, "Content-Security-Policy": EMBED_POLICY, ...SHARED };
    sendPublic(res, { type: "text/html; charset=utf-8", body, headers });
  });
  router.get("/letters/:slug/badge.svg", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const { lang } = await letterInLanguage(app, ctx, req, letter);
    const { signed } = await signatoryTotals(ctx, letter.id);
    const words = app.messages.t(lang, "reuse.badge", { count: signed });
    const body = app.templates.render("feeds/badge", badgeView(words), { lang });
    const headers = { "Content-Language": lang, "Content-Security-Policy": SVG_POLICY, ...SHARED };
    sendPublic(res, { type: "image/svg+xml; charset=utf-8", body, headers });
  });
  router.get("/embed.js", (_req, res) => {
    sendPublic(res, { type: "text/javascript; charset=utf-8", body: script, headers: SHARED });
  });
  return router;
}

/** What people copy into a page of their own: a frame that fits its height, and a picture without scripts. */
export function embedCode(app: App, { letter, lang, text, asked }: LetterInLanguage) {
  const home = app.config.publicUrl;
  const base = `${home}/letters/${letter.slug}`;
  const code = (name: string, view: object) =>
    app.templates.render(`feeds/${name}`, { title: text.title, ...view }, { lang }).trim();
  const frame = query(`${base}/embed`, { lang: asked });
  const picture = { src: query(`${base}/badge.svg`, { lang: asked }), href: query(base, { lang: asked }) };
  return {
    frame: `${code("oembed", { src: frame, width: EMBED_WIDTH, height: EMBED_HEIGHT })}\n<script src="${home}/embed.js" async></script>`,
    picture: code("badge-code", picture),
  };
}

async function embedView(app: App, req: Request, res: Response, slug: string) {
  const ctx = ctxOf(res);
  const letter = await publicLetter(ctx, slug);
  const { lang, text, line, asked } = await letterInLanguage(app, ctx, req, letter);
  const totals = await signatoryTotals(ctx, letter.id);
  const newest = await signatoryList(ctx, {
    ...EVERYBODY,
    sort: "date",
    letterId: letter.id,
    limit: NEWEST * 2,
  });
  const home = `${app.config.publicUrl}/letters/${letter.slug}`;
  const standing = newest.items.filter((item) => !item.withdrawnAt).slice(0, NEWEST);
  return {
    lang,
    view: {
      title: text.title,
      canonical: home,
      kind: app.messages.t(lang, line.state === "open" ? "reuse.embed.kind_open" : "reuse.embed.kind"),
      letterTitle: text.title,
      textLang: text.language,
      textDir: dir(text.language),
      letterHref: query(home, { lang: asked }),
      listHref: query(`${home}/signatories`, { lang: asked }),
      signed: totals.signed,
      countries: totals.countries.length,
      newest: standing.map((item) => ({
        organisation: item.organisation,
        country: countryName(lang, item.country),
        href: `${query(`${home}/signatories`, { q: item.organisation, lang: asked })}#${item.anchor}`,
      })),
      sponsor: letter.sponsor_name,
    },
  };
}

/** About how wide a letter of the badge's type is, in pixels; text that is wider is squeezed by `textLength`. */
const LETTER_WIDTH = 7.2;
const WIDE = /[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef]/gu;

function badgeView(words: string) {
  const width = Math.round((words.length + (words.match(WIDE)?.length ?? 0)) * LETTER_WIDTH) + 34;
  return { words, width, textWidth: width - 34, textEnd: width - 10 };
}
