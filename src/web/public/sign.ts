import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { inviteeOf, signedSoFar } from "../../domain/invitations/views.js";
import {
  checkSignature,
  signingPlace,
  submitSignature,
  type SigningPlace,
  type Via,
} from "../../domain/signatures/service.js";
import { knowsTenLargest } from "../../domain/signatures/pledge-service.js";
import { saveDraft } from "../../domain/signatures/draft-service.js";
import { as, type Ctx } from "../../platform/context.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { PUBLIC_POSTS, PUBLIC_SUBMISSIONS, limitPosts } from "../middleware/rate-limit.js";
import { languageOf } from "../pages.js";
import { ctxOf } from "../request.js";
import { askedLanguage, personalLanguage, personalPage, suffixOf } from "./personal.js";
import { answersView, formView } from "./sign-view.js";

/** Signing in two steps, by a personal link or from the public page: the form, then all answers, then it is sent. */
export function signRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);
  const limitSubmissions = limitPosts(app, PUBLIC_SUBMISSIONS);
  router.post("/letters/:slug/sign", (req, res, next) =>
    isSubmission(asRecord(req.body)) ? limitSubmissions(req, res, next) : next(),
  );
  for (const path of ["/r/:token/sign", "/letters/:slug/sign"]) {
    router.get(path, async (req, res) => showForm(app, req, res, undefined));
    router.post(path, limit, async (req, res) => {
      const body = asRecord(req.body);
      if (body["do"] === "hand") return handOn(app, req, res, body);
      if (typeof body["change"] === "string") return showForm(app, req, res, emptyForm(body));
      await withForm(
        body,
        () => (isSubmission(body) ? submit(app, req, res, body) : showAnswers(app, req, res, body)),
        (form) => showForm(app, req, res, form, 422),
      );
    });
    router.get(`${path}/sent`, async (req, res) => {
      const { place, lang } = await open(app, req, res);
      const title = app.messages.t(lang, "signatures.sent.title", { letter: place.letter.title });
      personalPage(
        app,
        req,
        res,
        "public/sign-sent",
        { title, base: addressOf(req) },
        { letter: place.letter, lang },
      );
    });
  }
  return router;
}

/** Whether a form is sent in, rather than shown for a check or for a change. */
function isSubmission(body: Record<string, unknown>): boolean {
  return body["step"] === "submit" && typeof body["change"] !== "string";
}

function viaOf(req: Request): Via {
  const { token, slug } = req.params;
  return token === undefined
    ? { door: "public", slug: String(slug) }
    : { door: "invitation", token: String(token) };
}

function addressOf(req: Request): string {
  const via = viaOf(req);
  return via.door === "public" ? `/letters/${via.slug}` : `/r/${encodeURIComponent(via.token)}`;
}

interface Opened {
  place: SigningPlace;
  lang: string;
  invitee: Awaited<ReturnType<typeof inviteeOf>>;
}

async function open(app: App, req: Request, res: Response): Promise<Opened> {
  const ctx = ctxOf(res);
  const asked = askedLanguage(req) ?? languageOf(app, req);
  const first = await signingPlace(ctx, viaOf(req), asked);
  if (!first.invitation) return { place: first, lang: languageOf(app, req), invitee: undefined };
  const invitee = await inviteeOf(ctx, first.invitation.id);
  const lang = personalLanguage(app, req, invitee?.contactLanguage);
  return { place: await signingPlace(ctx, viaOf(req), askedLanguage(req) ?? lang), lang, invitee };
}

function actingCtx(res: Response, place: SigningPlace): Ctx {
  const ctx = ctxOf(res);
  return place.invitation ? as(ctx, { kind: "company", id: place.invitation.id }) : ctx;
}

async function showForm(
  app: App,
  req: Request,
  res: Response,
  form: FormState | undefined,
  status = 200,
): Promise<void> {
  const { place, lang, invitee } = await open(app, req, res);
  if (place.verdict !== "open") return showClosed(app, req, res, place, lang);
  const given = form ?? emptyForm(prefilled(req, invitee));
  const typed = given.values;
  const soFar = await signedSoFar(ctxOf(res), place.letter.id, {
    sector: text(typed["sector"]),
    country: text(typed["country"]) || null,
  });
  const name = invitee?.organisationName;
  personalPage(
    app,
    req,
    res,
    "public/sign",
    {
      title: name
        ? app.messages.t(lang, "signatures.form.title_for", { organisation: name })
        : app.messages.t(lang, "signatures.form.title", { letter: place.letter.title }),
      base: addressOf(req),
      organisation: name ?? "",
      nameHint: name ? "signatures.hint.display_name_filled" : "signatures.hint.display_name",
      backLabel: name ? "answers.back_to_ways" : "answers.back_to_letter",
      forward: place.invitation ? `${addressOf(req)}/wrong-person${suffixOf(app, req)}` : "",
      forwardKind: place.invitation ? "yes" : "none",
      jointOpen:
        Boolean(typed["joint"]) || Object.keys(given.errors).some((field) => field.startsWith("second")),
      ...formView(app, lang, soFar.all, await knowsTenLargest(ctxOf(res)), place.letter.bodyMd),
      values: typed,
      errors: given.errors,
    },
    { letter: place.letter, lang, status },
  );
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function prefilled(req: Request, invitee: Opened["invitee"]): Record<string, unknown> {
  const wish = req.query["as"];
  const appearance = wish === "pledge" || wish === "confidential" ? wish : "public";
  const choices = { scope: "entity", appearance, condition_class: "any" };
  if (!invitee) return choices;
  return {
    ...choices,
    display_name: invitee.organisationName,
    country: invitee.country ?? "",
    sector: invitee.sector,
    signatory_name: invitee.contactName ?? "",
    signatory_title: invitee.contactTitle ?? "",
    signatory_email: invitee.contactEmail ?? "",
  };
}

async function showAnswers(
  app: App,
  req: Request,
  res: Response,
  body: Record<string, unknown>,
): Promise<void> {
  const { place, lang } = await open(app, req, res);
  const { command } = await checkSignature(ctxOf(res), viaOf(req), { ...body, language: lang });
  personalPage(
    app,
    req,
    res,
    "public/sign-check",
    {
      title: app.messages.t(lang, "signatures.check.title", { organisation: command.display_name }),
      base: addressOf(req),
      ...answersView(app, lang, command, place.letter),
    },
    { letter: place.letter, lang },
  );
}

/** Keeps what was typed under an address of its own, and shows that. */
async function handOn(app: App, req: Request, res: Response, body: Record<string, unknown>): Promise<void> {
  const { place, lang } = await open(app, req, res);
  if (place.verdict !== "open") return showClosed(app, req, res, place, lang);
  const { address } = await saveDraft(actingCtx(res, place), place, lang, body);
  res.redirect(303, `${new URL(address).pathname}${suffixOf(app, req)}`);
}

async function submit(app: App, req: Request, res: Response, body: Record<string, unknown>): Promise<void> {
  const { place, lang } = await open(app, req, res);
  const via = { ...viaOf(req), network: req.ip };
  await submitSignature(actingCtx(res, place), via, { ...body, language: lang });
  res.redirect(303, `${addressOf(req)}/sign/sent${suffixOf(app, req)}`);
}

function showClosed(app: App, req: Request, res: Response, place: SigningPlace, lang: string): void {
  const heading = app.messages.t(lang, `answers.verdict.${place.verdict}.heading`);
  personalPage(
    app,
    req,
    res,
    "public/said",
    {
      title: heading,
      heading,
      sentence: app.messages.t(lang, `answers.verdict.${place.verdict}.sentence`),
      back: {
        href: `${addressOf(req)}${suffixOf(app, req)}`,
        label: app.messages.t(lang, "answers.back_to_letter"),
      },
    },
    { letter: place.letter, lang, status: 409 },
  );
}
