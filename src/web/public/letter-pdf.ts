import { Router } from "express";
import type { App } from "../../app.js";
import { latestCheckpoint } from "../../domain/log/service.js";
import { letterPdf } from "../../domain/publication/letter-pdf-service.js";
import { publicLetter } from "../../domain/publication/service.js";
import { letterMark } from "../../domain/publication/views.js";
import { sendPublic } from "../page-cache.js";
import { keptFiles } from "../kept-files.js";
import { ctxOf } from "../request.js";
import { letterInLanguage } from "./letter-frame.js";

/** How many files are kept; setting 5,000 signatories takes seconds and should happen once a change. */
const KEPT = 12;

/** The letter as PDF, with its signatories or (`?text=only`) with what signing means, to take along. */
export function letterPdfRoutes(app: App): Router {
  const router = Router();
  const kept = keptFiles(KEPT);
  router.get("/letters/:slug/letter.pdf", async (req, res) => {
    const ctx = ctxOf(res);
    const letter = await publicLetter(ctx, req.params.slug);
    const { text } = await letterInLanguage(app, ctx, req, letter);
    const holds = req.query["text"] === "only" ? "meaning" : "signatories";
    const mark = await letterMark(ctx, letter.slug);
    const checkpoint = holds === "signatories" ? await latestCheckpoint(ctx, letter.id) : undefined;
    const key = [mark?.mark, text.language, holds, checkpoint].join(" ");
    const options = { language: text.language, holds, checkpoint } as const;
    const body = await kept(key, () => letterPdf(ctx, app.messages, letter, options));
    const name = `${letter.slug}-${text.language}${holds === "meaning" ? "-text" : ""}.pdf`;
    const headers = {
      "Content-Disposition": `inline; filename="${name}"`,
      "Content-Language": text.language,
    };
    sendPublic(res, { type: "application/pdf", body, headers });
  });
  return router;
}
