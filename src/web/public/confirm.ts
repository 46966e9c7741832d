import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { confirmAnswer } from "../../domain/declines/service.js";
import {
  mailConfirmationAgain,
  openConfirmation,
  type Confirmation,
} from "../../domain/signatures/confirm-service.js";
import { as } from "../../platform/context.js";
import { DomainError } from "../../platform/errors.js";
import { query } from "../../platform/template-helpers.js";
import { asRecord } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

const STATUS: Record<Confirmation["verdict"], number> = {
  usable: 200,
  used: 200,
  expired: 410,
  replaced: 410,
  closed: 410,
};

/** Confirming a signature from the signatory's own address: looking changes nothing, the button acts. */
export function confirmRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);

  router.get("/confirm/:token", async (req, res) => show(app, req, res));
  router.post("/confirm/:token", limit, async (req, res) => {
    const token = tokenOf(req);
    const opened = await openConfirmation(ctxOf(res), token);
    const company = as(ctxOf(res), { kind: "company", id: opened.signature.id });
    let renewed = "";
    try {
      await confirmAnswer(company, token, seenBy(req));
    } catch (error) {
      if (!(error instanceof DomainError) || error.kind === "not_found") throw error;
      if (error.code === "signatures.answers_renewed") renewed = "1";
    }
    const lang = typeof req.query["lang"] === "string" ? req.query["lang"] : "";
    res.redirect(303, query(addressOf(req), { lang: suffixOf(app, req) === "" ? "" : lang, renewed }));
  });
  router.post("/confirm/:token/again", limit, async (req, res) => {
    await mailConfirmationAgain(ctxOf(res), tokenOf(req));
    res.redirect(303, `${addressOf(req)}/sent${suffixOf(app, req)}`);
  });
  router.get("/confirm/:token/sent", async (req, res) => {
    const { letter, signature } = await openConfirmation(ctxOf(res), tokenOf(req));
    const lang = personalLanguage(app, req, signature.language);
    const title = app.messages.t(lang, "signatures.sent.title", { letter: letter.title });
    personalPage(app, req, res, "public/sign-sent", { title, base: addressOf(req) }, { letter, lang });
  });
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

/** The version of the answers that the page showed, so that nobody confirms others than they read. */
function seenBy(req: Request): number | undefined {
  const seen = Number(asRecord(req.body)["seen"]);
  return Number.isInteger(seen) && seen > 0 ? seen : undefined;
}

function addressOf(req: Request): string {
  return `/confirm/${encodeURIComponent(tokenOf(req))}`;
}

async function show(app: App, req: Request, res: Response): Promise<void> {
  const { letter, signature, seenAs, verdict } = await openConfirmation(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, signature.language);
  const heading = app.messages.t(lang, `signatures.confirm.${verdict}.heading`, {
    organisation: signature.display_name,
  });
  const view = {
    title: heading,
    heading,
    sentence: app.messages.t(
      lang,
      sentenceKey({ state: seenAs, submitter_email: signature.submitter_email }, verdict),
      { officer: signature.signatory_name },
    ),
    forOfficer: signature.submitter_email === null ? "" : signature.signatory_name,
    waiting: seenAs === "awaiting_authority",
    address: addressOf(req),
    usable: verdict === "usable",
    renewed: verdict === "usable" && req.query["renewed"] === "1",
    seen: signature.row_version,
    expired: verdict === "expired",
    used: verdict === "used",
    pledge: signature.kind === "pledge",
    confidential: signature.visibility === "confidential",
    // What was typed is shown only to the holder of a link that has not acted yet.
    signature:
      verdict === "usable"
        ? {
            organisation: signature.display_name,
            country: signature.country,
            scope: signature.scope,
            name: signature.signatory_name,
            submitter: signature.submitter_name ?? "",
            jobTitle: signature.signatory_title,
            appearance: signature.kind === "pledge" ? "pledge" : signature.visibility,
            quote: signature.quote ?? "",
          }
        : undefined,
  };
  personalPage(app, req, res, "public/confirm", view, { letter, lang, status: STATUS[verdict] });
}

/** What the page says first; whoever filled in the form for an officer confirms an address and no more. */
function sentenceKey(
  { state, submitter_email: submitter }: Pick<Confirmation["signature"], "state" | "submitter_email">,
  verdict: Confirmation["verdict"],
): string {
  if (verdict === "usable" && submitter !== null) return "authority.confirm.usable.sentence";
  if (verdict === "used" && state === "awaiting_authority")
    return submitter === null ? "authority.confirm.joint" : "authority.confirm.used.waits";
  return `signatures.confirm.${verdict}.sentence`;
}
