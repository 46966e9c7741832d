import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { giveInformation, openQuestion } from "../../domain/review/information-service.js";
import { as } from "../../platform/context.js";
import { emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

/** Answering what a reviewer has asked, by the link that manages the signature: looking changes nothing. */
export function answerRoutes(app: App): Router {
  const router = Router();
  router.get("/manage/:token/answer", async (req, res) => show(app, req, res));
  router.post("/manage/:token/answer", limitPosts(app, PUBLIC_POSTS), async (req, res) => {
    const token = tokenOf(req);
    const { signatureId } = await openQuestion(ctxOf(res), token);
    const company = as(ctxOf(res), { kind: "company", id: signatureId });
    await withForm(
      req.body,
      async () => {
        await giveInformation(company, token, req.body);
        res.redirect(303, `/manage/${encodeURIComponent(token)}/answer${suffixOf(app, req)}`);
      },
      (form) => show(app, req, res, form),
    );
  });
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

async function show(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const asked = await openQuestion(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, asked.language);
  personalPage(
    app,
    req,
    res,
    "public/answer",
    {
      title: app.messages.t(lang, "review.answer.title", { organisation: asked.organisation }),
      heading: app.messages.t(lang, `review.answer.${asked.verdict}.heading`),
      sentence: app.messages.t(lang, `review.answer.${asked.verdict}.sentence`, {
        organisation: asked.organisation,
      }),
      address: `/manage/${encodeURIComponent(tokenOf(req))}/answer`,
      question: asked.question ?? "",
      ...(form ?? emptyForm()),
    },
    { letter: asked.letter, lang, status: form ? 422 : 200 },
  );
}
