import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { declineByOfficer } from "../../domain/declines/officer-service.js";
import { declineReasons } from "../../domain/declines/service.js";
import {
  attestSignature,
  delegateAttestation,
  mailOfficerAgain,
  openAttestation,
  refuseSignature,
  type Attestation,
} from "../../domain/signatures/attest-service.js";
import { DELEGATIONS, mayDelegate, type OfficerVerdict } from "../../domain/signatures/officer.js";
import { as, type Ctx } from "../../platform/context.js";
import { DomainError } from "../../platform/errors.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { reasonChoices } from "./decline.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

const STATUS: Record<OfficerVerdict, number> = {
  usable: 200,
  attested: 200,
  delegated: 200,
  waiting: 200,
  refused: 200,
  expired: 410,
  over: 410,
};

/** An officer's own link: looking changes nothing; they attest, hand the question on, or say no. */
export function attestRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);
  const back = (req: Request, res: Response, path = "") =>
    res.redirect(303, `${baseOf(req)}${path}${suffixOf(app, req)}`);

  router.get("/attest/:token", async (req, res) => show(app, req, res));
  router.post("/attest/:token", limit, async (req, res) => {
    await acting(res, req, attestSignature);
    back(req, res);
  });
  router.get("/attest/:token/refuse", async (req, res) => showRefuse(app, req, res));
  router.post("/attest/:token/refuse", limit, async (req, res) => {
    await acting(res, req, refuseSignature);
    back(req, res);
  });
  router.get("/attest/:token/delegate", async (req, res) => showDelegate(app, req, res, emptyForm()));
  router.post("/attest/:token/delegate", limit, async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await acting(res, req, (ctx, token) => delegateAttestation(ctx, token, asRecord(req.body)));
        back(req, res);
      },
      (form) => showDelegate(app, req, res, form, 422),
    );
  });
  router.post("/attest/:token/again", limit, async (req, res) => {
    await mailOfficerAgain(ctxOf(res), tokenOf(req));
    back(req, res, "/sent");
  });
  router.get("/attest/:token/sent", async (req, res) => said(app, req, res, "authority.attest.sent"));
  router.get("/attest/:token/decline", async (req, res) => showDecline(app, req, res, emptyForm()));
  router.post("/attest/:token/decline", limit, async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const company = await companyCtx(res, req);
        await declineByOfficer(company, tokenOf(req), asRecord(req.body));
        back(req, res, "/declined");
      },
      (form) => showDecline(app, req, res, form, 422),
    );
  });
  router.get("/attest/:token/declined", async (req, res) => said(app, req, res, "authority.declined"));
  return router;
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

function baseOf(req: Request): string {
  return `/attest/${encodeURIComponent(tokenOf(req))}`;
}

async function companyCtx(res: Response, req: Request): Promise<Ctx> {
  const { signature } = await openAttestation(ctxOf(res), tokenOf(req));
  return as(ctxOf(res), { kind: "company", id: signature.id });
}

/** Acts; a link that no longer can leads back to its page, which says why. What was typed wrongly goes on to its form. */
async function acting(
  res: Response,
  req: Request,
  act: (ctx: Ctx, token: string) => Promise<Attestation>,
): Promise<void> {
  try {
    await act(await companyCtx(res, req), tokenOf(req));
  } catch (error) {
    if (!(error instanceof DomainError) || error.kind !== "gone") throw error;
  }
}

async function show(app: App, req: Request, res: Response): Promise<void> {
  const { letter, signature, officer, verdict } = await openAttestation(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, signature.language);
  const submitter = signature.submitter_name ?? "none";
  const heading = app.messages.t(lang, `authority.attest.${verdict}.heading`, {
    organisation: signature.display_name,
  });
  const usable = verdict === "usable";
  const view = {
    title: heading,
    heading,
    sentence: app.messages.t(lang, `authority.attest.${verdict}.sentence`, { submitter }),
    address: baseOf(req),
    usable,
    expired: verdict === "expired",
    refused: verdict === "refused" && officer.declined_at === null,
    waits: verdict === "attested" && signature.state === "awaiting_authority",
    mayDelegate: usable && mayDelegate(officer),
    // What was typed is shown only to the holder of a link that has not acted yet.
    entry: usable
      ? {
          organisation: signature.display_name,
          country: signature.country,
          scope: signature.scope,
          kind: signature.kind,
          officer: `${officer.name ?? ""}, ${officer.title ?? ""}`,
          submitter: signature.submitter_name ?? "",
          second: officer.place === 1 ? (signature.second_name ?? "") : signature.signatory_name,
          appearance: signature.kind === "pledge" ? "pledge" : signature.visibility,
          quote: signature.quote ?? "",
        }
      : undefined,
  };
  personalPage(app, req, res, "public/attest", view, { letter, lang, status: STATUS[verdict] });
}

/** Pages that stand before an act; where the link can't act any more, its own page says why. */
async function usableOnly(
  app: App,
  req: Request,
  res: Response,
): Promise<(Attestation & { lang: string }) | undefined> {
  const opened = await openAttestation(ctxOf(res), tokenOf(req));
  if (opened.verdict === "usable")
    return { ...opened, lang: personalLanguage(app, req, opened.signature.language) };
  await show(app, req, res);
  return undefined;
}

async function showRefuse(app: App, req: Request, res: Response): Promise<void> {
  const opened = await usableOnly(app, req, res);
  if (!opened) return;
  const { letter, signature, lang } = opened;
  const organisation = signature.display_name;
  const view = {
    title: app.messages.t(lang, "authority.refuse.title", { organisation }),
    organisation,
    address: baseOf(req),
  };
  personalPage(app, req, res, "public/attest-refuse", view, { letter, lang });
}

async function showDelegate(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const opened = await usableOnly(app, req, res);
  if (!opened) return;
  const { letter, signature, officer, lang } = opened;
  const view = {
    title: app.messages.t(lang, "authority.delegate.title", { organisation: signature.display_name }),
    address: baseOf(req),
    left: DELEGATIONS - officer.delegation,
    ...form,
  };
  personalPage(app, req, res, "public/attest-delegate", view, { letter, lang, status });
}

async function showDecline(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const opened = await openAttestation(ctxOf(res), tokenOf(req));
  if (opened.verdict !== "refused" || opened.officer.declined_at) return show(app, req, res);
  const { letter, signature } = opened;
  const lang = personalLanguage(app, req, signature.language);
  const view = {
    title: app.messages.t(lang, "declines.form.title", { organisation: signature.display_name }),
    base: baseOf(req),
    organisation: signature.display_name,
    mayDecline: true,
    byOfficer: true,
    ...reasonChoices(app, lang, await declineReasons(ctxOf(res))),
    ...form,
  };
  personalPage(app, req, res, "public/decline", view, { letter, lang, status });
}

async function said(app: App, req: Request, res: Response, key: string): Promise<void> {
  const { letter, signature } = await openAttestation(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, signature.language);
  const heading = app.messages.t(lang, `${key}.heading`);
  const sentence = app.messages.t(lang, `${key}.sentence`);
  personalPage(app, req, res, "public/said", { title: heading, heading, sentence }, { letter, lang });
}
