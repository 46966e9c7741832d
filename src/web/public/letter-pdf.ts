import { Router } from "express";
import type { App } from "../../app.js";
import { letterPdf } from "../../domain/publication/letter-pdf-service.js";
import { publicLetter } from "../../domain/publication/service.js";
import { letterMark } from "../../domain/publication/views.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";
import { letterInLanguage } from "./letter-frame.js";

/** How many files are kept; setting 5,000 signatories takes seconds and should happen once a change. */
const KEPT = 12;

/** The letter as PDF, with its signatories or (`?text=only`) with what signing means, to take along. */
export function letterPdfRoutes(app: App): Router {
  const router = Router();
  const kept = new Map<string, Promise<Buffer>>();
  router.get("/letters/:slug/letter.pdf", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const { text } = await letterInLanguage(app, ctx, req, letter);
    const holds = req.query["text"] === "only" ? "meaning" : "signatories";
    const mark = await letterMark(ctx, letter.slug);
    const key = [mark?.mark, text.language, holds].join(" ");
    const make = () => letterPdf(ctx, app.messages, letter, { language: text.language, holds });
    const body = await remember(kept, key, make);
    const name = `${letter.slug}-${text.language}${holds === "meaning" ? "-text" : ""}.pdf`;
    const headers = {
      "Content-Disposition": `inline; filename="${name}"`,
      "Content-Language": text.language,
    };
    sendPublic(res, { type: "application/pdf", body, headers });
  });
  return router;
}

/** The file of this key, made once even if many ask at the same time; the oldest goes. */
function remember(
  kept: Map<string, Promise<Buffer>>,
  key: string,
  make: () => Promise<Buffer>,
): Promise<Buffer> {
  const known = kept.get(key);
  if (known) return known;
  const made = make();
  kept.set(key, made);
  made.catch(() => kept.delete(key));
  const oldest = kept.keys().next().value;
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest);
  return made;
}
