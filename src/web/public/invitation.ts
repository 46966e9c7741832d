import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { openInvitation, stopWriting, type OpenInvitation } from "../../domain/invitations/service.js";
import { signedSoFar } from "../../domain/invitations/views.js";
import { reportWrongContact } from "../../domain/declines/contact-service.js";
import { standingDeclineOf } from "../../domain/declines/views.js";
import { stateTone, type SignatureState } from "../../domain/signatures/signature.js";
import { liveSignatureOf, publicCoverOf } from "../../domain/signatures/views.js";
import type { Ctx } from "../../platform/context.js";
import { as } from "../../platform/context.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { ctxOf } from "../request.js";
import { askedLanguage, personalLanguage, personalPage, suffixOf } from "./personal.js";

/** The pages behind a personal link: the four ways to answer, "not the right person", and "never write again". */
export function invitationRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);

  router.get("/r/:token", async (req, res) => {
    const { opened, lang } = await open(app, req, res);
    const view = await invitationView(ctxOf(res), opened);
    personalPage(
      app,
      req,
      res,
      "public/invitation",
      {
        title: app.messages.t(lang, "answers.invitation.title", {
          organisation: opened.invitee.organisationName,
        }),
        base: baseOf(req),
        ...view,
      },
      { letter: opened.letter, lang },
    );
  });

  router.get("/r/:token/wrong-person", async (req, res) => {
    const code = req.query["code"] === "left_company" ? "left_company" : "wrong_contact";
    await showWrongPerson(app, req, res, emptyForm({ code }));
  });
  router.post("/r/:token/wrong-person", limit, async (req, res) => {
    const { opened } = await open(app, req, res);
    await withForm(
      req.body,
      async () => {
        await reportWrongContact(companyCtx(res, opened), tokenOf(req), asRecord(req.body));
        res.redirect(303, `${baseOf(req)}/wrong-person/thanks${suffixOf(app, req)}`);
      },
      (form) => showWrongPerson(app, req, res, form, 422),
    );
  });
  router.get("/r/:token/wrong-person/thanks", async (req, res) => {
    await showPlain(app, req, res, "answers.wrong_thanks");
  });

  router.get("/r/:token/stop", async (req, res) => {
    const { opened, lang } = await open(app, req, res);
    personalPage(
      app,
      req,
      res,
      "public/stop",
      {
        title: app.messages.t(lang, "answers.stop.title"),
        base: baseOf(req),
        email: opened.invitee.contactEmail ?? "",
      },
      { letter: opened.letter, lang },
    );
  });
  router.post("/r/:token/stop", limit, async (req, res) => {
    const { opened } = await open(app, req, res);
    await stopWriting(companyCtx(res, opened), tokenOf(req));
    res.redirect(303, `${baseOf(req)}/stopped${suffixOf(app, req)}`);
  });
  router.get("/r/:token/stopped", async (req, res) => {
    await showPlain(app, req, res, "answers.stopped");
  });
  return router;
}

/** The secret in the address of a personal link. */
export function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

/** The address of the personal link's first page. */
export function baseOf(req: Request): string {
  return `/r/${encodeURIComponent(tokenOf(req))}`;
}

/** Opens the personal link of a request, with the language its pages speak. */
export async function open(
  app: App,
  req: Request,
  res: Response,
): Promise<{ opened: OpenInvitation; lang: string }> {
  const opened = await openInvitation(ctxOf(res), tokenOf(req), askedLanguage(req));
  return { opened, lang: personalLanguage(app, req, opened.invitee.contactLanguage) };
}

/** The context of an act through a personal link: the record says that the company itself did it. */
export function companyCtx(res: Response, opened: OpenInvitation): Ctx {
  return as(ctxOf(res), { kind: "company", id: opened.invitation.id });
}

async function invitationView(ctx: Ctx, { invitation, letter, invitee, verdict }: OpenInvitation) {
  const signature = await liveSignatureOf(ctx, letter.id, invitee.organisationId);
  const decline = await standingDeclineOf(ctx, letter.id, invitee.organisationId);
  const mine = signature && (signature.invitation_id === invitation.id || signature.state === "published");
  const signed = mine ? signature : undefined;
  const declined = decline?.invitation_id === invitation.id && signed === undefined ? decline : undefined;
  const soFar = await signedSoFar(ctx, letter.id, invitee);
  const settled = signed !== undefined && signed.state !== "submitted";
  return {
    verdict,
    open: verdict === "open",
    ways: (verdict === "open" || verdict === "paused") && !settled,
    maySign: verdict === "open",
    settled,
    invitee: {
      organisation: invitee.organisationName,
      country: invitee.country ?? "",
      contact: invitee.contactName ?? "",
    },
    signed: signed && {
      state: signed.state,
      tone: stateTone(signed.state),
      how: signed.kind === "pledge" ? "pledge" : signed.visibility,
      on: signed.submitted_at,
      next: SIGNED_NEXT[signed.state] ?? "review",
    },
    covered: signed ? undefined : await publicCoverOf(ctx, letter.id, invitee.organisationId),
    declined: declined && { on: declined.decided_at, reason: declined.reason_code },
    reported: invitation.answer === "wrong_contact" || invitation.answer === "left_company",
    soFar: { ...soFar, few: soFar.all < 3 },
  };
}

/** What happens next with a signature, where it is something else than the review. */
const SIGNED_NEXT: Partial<Record<SignatureState, string>> = {
  submitted: "submitted",
  accepted: "accepted",
  published: "published",
  held: "held",
  standing: "standing",
};

async function showWrongPerson(
  app: App,
  req: Request,
  res: Response,
  form: FormState,
  status = 200,
): Promise<void> {
  const { opened, lang } = await open(app, req, res);
  const codes = ["wrong_contact", "left_company"].map((value) => ({
    value,
    label: app.messages.t(lang, `answers.wrong.code.${value}`),
    hint: app.messages.t(lang, `answers.wrong.code_hint.${value}`),
  }));
  personalPage(
    app,
    req,
    res,
    "public/wrong-person",
    {
      title: app.messages.t(lang, "answers.wrong.title", { organisation: opened.invitee.organisationName }),
      base: baseOf(req),
      organisation: opened.invitee.organisationName,
      codes,
      ...form,
    },
    { letter: opened.letter, lang, status },
  );
}

/** A page that only says what has happened, under a pair of keys. */
async function showPlain(app: App, req: Request, res: Response, key: string): Promise<void> {
  const { opened, lang } = await open(app, req, res);
  const heading = app.messages.t(lang, `${key}.heading`);
  personalPage(
    app,
    req,
    res,
    "public/said",
    {
      title: heading,
      heading,
      sentence: app.messages.t(lang, `${key}.sentence`),
      back: {
        href: `${baseOf(req)}${suffixOf(app, req)}`,
        label: app.messages.t(lang, "answers.back_to_ways"),
      },
    },
    { letter: opened.letter, lang },
  );
}
