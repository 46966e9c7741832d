import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { openReaffirmation, reaffirm } from "../../domain/signatures/reaffirm-service.js";
import { as } from "../../platform/context.js";
import { asRecord } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { changeSince } from "./versions.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

/** A signatory reads what changed in the letter and says yes to the new text: looking changes nothing, the button acts. */
export function reaffirmRoutes(app: App): Router {
  const router = Router();
  router.get("/manage/:token/reaffirm", async (req, res) => show(app, req, res, req.params.token));
  router.post("/manage/:token/reaffirm", limitPosts(app, PUBLIC_POSTS), async (req, res) => {
    const token = String(req.params["token"]);
    const { signature } = await openReaffirmation(ctxOf(res), token);
    const company = as(ctxOf(res), { kind: "company", id: signature.id });
    await reaffirm(company, token, { version: Number(asRecord(req.body)["version"]) });
    res.redirect(303, `/manage/${encodeURIComponent(token)}/reaffirm${suffixOf(app, req)}`);
  });
  return router;
}

async function show(app: App, req: Request, res: Response, token: string): Promise<void> {
  const { signature, letter, signed, signedNumber, versions, verdict } = await openReaffirmation(
    ctxOf(res),
    token,
  );
  const lang = personalLanguage(app, req, signature.language);
  const heading = app.messages.t(lang, `versions.reaffirm.${verdict}.heading`, { letter: letter.title });
  const view = {
    title: heading,
    heading,
    organisation: signature.display_name,
    asks: verdict === "ask",
    signedNumber,
    change: changeSince(versions.signed, versions.newest, letter.language),
    signedBody: signed.bodyMd,
    reason: letter.versionReason,
    address: `/manage/${encodeURIComponent(token)}/reaffirm`,
  };
  personalPage(app, req, res, "public/reaffirm", view, { letter, lang });
}
