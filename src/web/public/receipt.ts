import { Router } from "express";
import type { App } from "../../app.js";
import { receiptPdf } from "../../domain/log/receipt-service.js";
import { openManage } from "../../domain/signatures/manage-service.js";
import { keepPrivate } from "../pages.js";
import { ctxOf } from "../request.js";
import { personalLanguage } from "./personal.js";

/** The receipt behind a signatory's own link: for its holder, kept by nobody else. */
export function receiptRoutes(app: App): Router {
  const router = Router();
  router.get("/manage/:token/receipt.pdf", async (req, res) => {
    const ctx = ctxOf(res);
    const entry = await openManage(ctx, req.params.token);
    const lang = personalLanguage(app, req, entry.signature.language);
    const body = await receiptPdf(ctx, app.messages, entry, lang);
    keepPrivate(res);
    res.set({
      "Content-Disposition": `inline; filename="receipt-${entry.letter.slug}.pdf"`,
      "Content-Language": lang,
      "X-Content-Type-Options": "nosniff",
    });
    res.type("application/pdf").send(body);
  });
  return router;
}
