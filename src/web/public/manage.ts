import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { giveInformation } from "../../domain/review/information-service.js";
import { requestLinks } from "../../domain/signatures/link-request-service.js";
import {
  disputeByLink,
  goPublic,
  openManage,
  withdrawSignature,
  type ManagedEntry,
} from "../../domain/signatures/manage-service.js";
import {
  askForLegalName,
  changeDisplayName,
  changeLogo,
  changeQuote,
  changeReservation,
  takeLogoBack,
  takeReservationBack,
} from "../../domain/statements/service.js";
import { letterToReport } from "../../domain/statements/entry-report-service.js";
import { LOGO_EDGES } from "../../domain/statements/statement.js";
import { logoOf } from "../../domain/statements/views.js";
import { as } from "../../platform/context.js";
import { invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { cleanPicture } from "../../platform/logo-image.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { PICTURE_UPLOADS, PUBLIC_POSTS, PUBLIC_SUBMISSIONS, limitPosts } from "../middleware/rate-limit.js";
import { keepPrivate, languageOf } from "../pages.js";
import { sendPicture } from "../picture.js";
import { ctxOf } from "../request.js";
import { pictureUpload } from "../uploads.js";
import { manageView } from "./manage-view.js";
import { personalLanguage, personalPage, suffixOf } from "./personal.js";

/** What each form of the page does; its name is the last part of its address. */
const FORMS: Record<string, (req: Request, res: Response) => Promise<unknown>> = {
  name: (req, res) => changeDisplayName(ctxOf(res), tokenOf(req), req.body),
  quote: (req, res) => changeQuote(ctxOf(res), tokenOf(req), req.body),
  reservation: (req, res) => changeReservation(ctxOf(res), tokenOf(req), req.body),
  "reservation-back": (req, res) =>
    takeReservationBack(ctxOf(res), tokenOf(req), Number(fieldText(req.body, "reservation_clause"))),
  "legal-name": (req, res) => askForLegalName(ctxOf(res), tokenOf(req), req.body),
  "logo-back": (req, res) => takeLogoBack(ctxOf(res), tokenOf(req)),
  "go-public": (req, res) => goPublic(ctxOf(res), tokenOf(req)),
  information: answer,
};

/** What a signatory does with an entry by their own link: looking changes nothing, each button acts. */
export function manageRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, PUBLIC_POSTS);
  router.get("/manage/:token", async (req, res) => show(app, req, res));
  for (const [name, act] of Object.entries(FORMS)) {
    router.post(`/manage/:token/${name}`, limit, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await act(req, res);
          done(app, req, res, name);
        },
        (form) => show(app, req, res, form),
      );
    });
  }
  router.post("/manage/:token/logo", limitPosts(app, PICTURE_UPLOADS), pictureUpload(), async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await openManage(ctxOf(res), tokenOf(req));
        await takeLogo(req, res);
        done(app, req, res, "logo");
      },
      (form) => show(app, req, res, form),
    );
  });
  router.get("/manage/:token/logo", async (req, res) => {
    const { signature } = await openManage(ctxOf(res), tokenOf(req));
    const of = typeof req.query["of"] === "string" ? req.query["of"] : "";
    const logo = isUuid(of) ? await logoOf(ctxOf(res), of) : undefined;
    if (!logo || logo.signatureId !== signature.id) throw notFound("link.unknown");
    keepPrivate(res);
    sendPicture(res, logo);
  });
  for (const step of ["withdraw", "dispute"] as const) {
    router.get(`/manage/:token/${step}`, async (req, res) => showStep(app, req, res, step));
    router.post(`/manage/:token/${step}`, limit, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          if (step === "withdraw") await withdrawSignature(ctxOf(res), tokenOf(req));
          else await disputeByLink(ctxOf(res), tokenOf(req), req.body);
          done(app, req, res, step);
        },
        (form) => showStep(app, req, res, step, form),
      );
    });
  }
  linkAgainRoutes(app, router);
  return router;
}

/** Answers what we asked, with the organisation as who acts. */
async function answer(req: Request, res: Response): Promise<void> {
  const { signature } = await openManage(ctxOf(res), tokenOf(req));
  await giveInformation(as(ctxOf(res), { kind: "company", id: signature.id }), tokenOf(req), req.body);
}

async function takeLogo(req: Request, res: Response): Promise<void> {
  if (!req.file) throw invalid("form.invalid", { logo: "errors.statements.picture.none" });
  const picture = await cleanPicture(req.file.buffer, LOGO_EDGES);
  if (!picture.ok) throw invalid("form.invalid", { logo: `errors.statements.picture.${picture.why}` });
  await changeLogo(ctxOf(res), tokenOf(req), req.body, picture);
}

function tokenOf(req: Request): string {
  return String(req.params["token"]);
}

function addressOf(req: Request): string {
  return `/manage/${encodeURIComponent(tokenOf(req))}`;
}

function done(app: App, req: Request, res: Response, what: string): void {
  const suffix = suffixOf(app, req);
  res.redirect(303, `${addressOf(req)}${suffix === "" ? "?" : `${suffix}&`}done=${what}`);
}

const DONE = new Set([...Object.keys(FORMS), "logo", "withdraw", "dispute"]);

function notice(app: App, lang: string, req: Request): string {
  const said = typeof req.query["done"] === "string" ? req.query["done"] : "";
  return DONE.has(said) ? app.messages.t(lang, `manage.done.${said}`) : "";
}

async function show(app: App, req: Request, res: Response, form?: FormState): Promise<void> {
  const entry = await openManage(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, entry.signature.language);
  const view = await manageView(app, ctxOf(res), lang, entry);
  personalPage(
    app,
    req,
    res,
    "public/manage",
    {
      title: app.messages.t(lang, "manage.title", { organisation: entry.signature.display_name }),
      address: addressOf(req),
      notice: notice(app, lang, req),
      ...view,
      ...(form ?? emptyForm()),
    },
    { letter: entry.letter, lang, ...(form ? { status: 422 } : {}) },
  );
}

async function showStep(
  app: App,
  req: Request,
  res: Response,
  step: "withdraw" | "dispute",
  form?: FormState,
): Promise<void> {
  const entry: ManagedEntry = await openManage(ctxOf(res), tokenOf(req));
  const lang = personalLanguage(app, req, entry.signature.language);
  const { acts, signature } = entry;
  const open = step === "dispute" ? acts.has("dispute") : acts.has("withdraw") || acts.has("take_back");
  const way = step === "dispute" ? "dispute" : acts.has("withdraw") ? "withdraw" : "take_back";
  personalPage(
    app,
    req,
    res,
    "public/manage-step",
    {
      title: app.messages.t(lang, `manage.${way}.title`, { organisation: signature.display_name }),
      organisation: signature.display_name,
      address: addressOf(req),
      step,
      way,
      open,
      sentence: app.messages.t(lang, open ? `manage.${way}.sentence` : "manage.not_open"),
      ...(form ?? emptyForm()),
    },
    { letter: entry.letter, lang, ...(form ? { status: 422 } : {}) },
  );
}

/** "Send me my link again": the answer is the same whether anybody signed with the address or not. */
function linkAgainRoutes(app: App, router: Router): void {
  const limit = limitPosts(app, PUBLIC_SUBMISSIONS);
  const page = async (req: Request, res: Response, sent: boolean, form?: FormState): Promise<void> => {
    const lang = languageOf(app, req);
    const letter = await letterToReport(ctxOf(res), String(req.params["slug"]), lang);
    const title = app.messages.t(lang, sent ? "manage.again.sent_title" : "manage.again.title");
    const view = { title, base: `/letters/${letter.slug}`, sent, ...(form ?? emptyForm()) };
    personalPage(app, req, res, "public/manage-again", view, {
      letter,
      lang,
      ...(form ? { status: 422 } : {}),
    });
  };
  router.get("/letters/:slug/manage", async (req, res) => page(req, res, false));
  router.get("/letters/:slug/manage/sent", async (req, res) => page(req, res, true));
  router.post("/letters/:slug/manage", limit, async (req, res) => {
    const slug = String(req.params["slug"]);
    await withForm(
      asRecord(req.body),
      async () => {
        const letter = await letterToReport(ctxOf(res), slug);
        await requestLinks(ctxOf(res), letter.id, req.body);
        res.redirect(303, `/letters/${slug}/manage/sent${suffixOf(app, req)}`);
      },
      (form) => page(req, res, false, form),
    );
  });
}
