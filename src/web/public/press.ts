import { Router } from "express";
import type { App } from "../../app.js";
import { deliveryOf } from "../../domain/delivery/views.js";
import { listCorrections } from "../../domain/publication/correction-views.js";
import { publicCoverage } from "../../domain/publication/coverage-views.js";
import { publicLetter } from "../../domain/publication/service.js";
import { EVERYBODY } from "../../domain/publication/signatory.js";
import { signatoryList, signatoryTotals, statements } from "../../domain/publication/views.js";
import { countryName } from "../../platform/i18n.js";
import { query } from "../../platform/template-helpers.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { cardLink } from "./card-link.js";
import { coverageView } from "./coverage-words.js";
import { letterFrame, letterInLanguage } from "./letter-frame.js";

const LATEST = 5;
const STATEMENTS = 6;

/** The facts of a letter for those who write about it, and what was put right since. */
export function pressRoutes(app: App): Router {
  const router = Router();
  router.get("/letters/:slug/press", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const seen = await letterInLanguage(app, ctx, req, letter);
    const { lang, text, line, asked } = seen;
    const base = `/letters/${letter.slug}`;
    const href = (path: string) => query(`${base}${path}`, { lang: asked });
    const totals = await signatoryTotals(ctx, letter.id);
    const latest = await signatoryList(ctx, {
      ...EVERYBODY,
      sort: "date",
      letterId: letter.id,
      limit: LATEST + totals.withdrawn,
    });
    const quoted = await statements(ctx, letter.id, STATEMENTS);
    const view = {
      ...letterFrame(app, seen, `${base}/press`, {}),
      title: app.messages.t(lang, "press.title", { letter: text.title }),
      letterTitle: text.title,
      citedTitle: text.title.replace(/[.。\s]+$/u, ""),
      letterHref: href(""),
      summary: text.summary,
      addressee: text.addressee,
      signed: totals.signed,
      countries: totals.countries.length,
      withdrawn: totals.withdrawn,
      asOf: ctx.clock.now(),
      coverage: coverageView(app, lang, await publicCoverage(ctx, letter.id)),
      closesAt: line.closesAt,
      latest: latest.items
        .filter((item) => item.withdrawnAt === null)
        .slice(0, LATEST)
        .map((item) => ({ ...item, country: countryName(lang, item.country) })),
      statements: quoted.map((one) => ({ ...one, country: countryName(lang, one.country) })),
      files: [
        { href: href("/letter.pdf"), label: app.messages.t(lang, "pdf.page.letter") },
        { href: cardLink(app, seen).href, label: app.messages.t(lang, "press.card") },
        ...["csv", "json", "txt"].map((kind) => ({
          href: href(`/signatories.${kind}`),
          label: app.messages.t(lang, `public.list.feed.${kind}`),
        })),
      ],
      address: `${app.config.publicUrl}${base}`,
      sponsorName: letter.sponsor_name,
      sponsorEmail: letter.sponsor_email,
      fundingNote: letter.funding_note,
      listHref: href("/signatories"),
      versionsHref: href("/versions"),
      correctionsHref: href("/corrections"),
    };
    const body = app.templates.render("public/press", view, { lang });
    sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  router.get("/letters/:slug/corrections", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const seen = await letterInLanguage(app, ctx, req, letter);
    const { lang, text, asked } = seen;
    const base = `/letters/${letter.slug}`;
    const view = {
      ...letterFrame(app, seen, `${base}/corrections`, {}),
      title: app.messages.t(lang, "press.corrections.title", { letter: text.title }),
      letterTitle: text.title,
      letterHref: query(base, { lang: asked }),
      versionsHref: query(`${base}/versions`, { lang: asked }),
      deliveryHref: (await deliveryOf(ctx, letter.id)) ? query(`${base}/delivery`, { lang: asked }) : "",
      reportHref: query(`${base}/report`, { lang: asked }),
      corrections: await listCorrections(ctx, letter.id),
    };
    const body = app.templates.render("public/corrections", view, { lang });
    sendPublic(res, { type: "text/html; charset=utf-8", body, headers: { "Content-Language": lang } });
  });
  return router;
}
