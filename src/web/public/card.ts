import { Router } from "express";
import type { App } from "../../app.js";
import { publicLetter } from "../../domain/publication/service.js";
import { signatoryTotals } from "../../domain/publication/views.js";
import { drawCard, type Card } from "../../platform/card.js";
import { dir, formatNumber } from "../../platform/i18n.js";
import { keptFiles } from "../kept-files.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { letterInLanguage, SHARED, type LetterInLanguage } from "./letter-frame.js";

/** How many cards are kept beside the store of public answers: one for each letter and language that is shared now. */
const KEPT = 100;

/** The picture that social media show beside a link to a letter. */
export function cardRoutes(app: App): Router {
  const router = Router();
  const kept = keptFiles(KEPT);
  router.get("/letters/:slug/card.png", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const seen = await letterInLanguage(app, ctx, req, letter);
    const { signed, countries } = await signatoryTotals(ctx, letter.id);
    const card = cardOf(app, seen, signed, countries.length);
    const body = await kept(JSON.stringify(card), () => drawCard(card));
    sendPublic(res, {
      type: "image/png",
      body,
      headers: { "Content-Language": seen.text.language, ...SHARED },
    });
  });
  return router;
}

function cardOf(app: App, { letter, text, lang }: LetterInLanguage, signed: number, countries: number): Card {
  const words = app.messages.match(text.language) ?? lang;
  const count = { count: signed, countries };
  return {
    sponsor: letter.sponsor_name,
    title: text.title,
    number: signed > 0 ? formatNumber(words, signed) : "",
    words: app.messages.t(words, signed > 0 ? "public.letter.count" : "pdf.signatories", count),
    direction: dir(text.language),
  };
}
