import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { findContacts } from "../../domain/outreach/desk-views.js";
import {
  lookAs,
  lookedWords,
  type Look,
  type Looked,
  type LookedWords,
} from "../../domain/outreach/mail-preview-service.js";
import { showSequence } from "../../domain/outreach/sequence-service.js";
import { showTemplate } from "../../domain/outreach/template-service.js";
import { sendTest } from "../../domain/outreach/test-send-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { fieldText, withForm } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { sendMailFrame } from "./mail-frame.js";
import { languageLabel } from "./mail-writing.js";

const UNSUBSCRIBE_SAMPLE = "https://preview.invalid/unsubscribe";
const OFFERED = 12;

/** Looking at the mails of a sequence or at a template as a real contact would get them, and a test to oneself. */
export function lookRoutes(app: App): Router {
  const router = Router();
  for (const [room, what] of [
    ["sequences", (id: string, given: unknown): Looked => ({ sequenceId: id, step: stepIn(given) })],
    ["templates", (id: string): Looked => ({ templateId: id })],
  ] as const) {
    const base = (req: Request): string => `/console/${room}/${String(req.params["id"])}`;
    const looked = (req: Request, given: unknown): Looked => what(String(req.params["id"]), given);

    router.get(`/${room}/:id/look`, async (req, res) => {
      requirePermission(ctxOf(res), "messages:read");
      await showLook(app, req, res, { base: base(req), what: looked(req, req.query), given: req.query });
    });
    router.get(`/${room}/:id/preview`, async (req, res) => {
      const ctx = ctxOf(res);
      const words = await lookedWords(ctx, looked(req, req.query));
      const contact = fieldText(req.query, "contact");
      const look = isUuid(contact)
        ? await lookAs(ctx, words, contact, fieldText(req.query, "language") || undefined)
        : undefined;
      const mail = look && framed(app, words, look);
      if (!mail) throw notFound("page.unknown");
      sendMailFrame(res, mail.html);
    });
    router.post(`/${room}/:id/test`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          const wanted = looked(req, req.body);
          const asked = askedLook(req.body);
          await sendTest(ctxOf(res), {
            contact_id: asked.contact,
            language: asked.language,
            ...("sequenceId" in wanted
              ? { sequence_id: wanted.sequenceId, step: wanted.step }
              : { template_id: wanted.templateId, letter: fieldText(req.body, "letter") }),
          });
          const query = new URLSearchParams({ ...asked, step: String(stepIn(req.body)), sent: "1" });
          res.redirect(303, `${base(req)}/look?${query.toString()}`);
        },
        ({ errors }) =>
          showLook(app, req, res, {
            base: base(req),
            what: looked(req, req.body),
            given: req.body,
            errors: { form: Object.values(errors)[0] ?? "" },
          }),
      );
    });
  }
  return router;
}

function stepIn(given: unknown): number {
  const step = Number(fieldText(given, "step") || "1");
  return Number.isInteger(step) && step >= 1 && step <= 12 ? step : 1;
}

function askedLook(given: unknown): { contact: string; language: string; q: string } {
  return {
    contact: fieldText(given, "contact"),
    language: fieldText(given, "language"),
    q: fieldText(given, "q").slice(0, 100),
  };
}

function framed(app: App, words: LookedWords, { mail, language }: Look) {
  if ("missing" in mail) return undefined;
  return renderMail(app, {
    template: "outreach",
    language,
    data: { subject: mail.subject, body: mail.body },
    sponsor: { name: words.letter.sponsorName, address: words.letter.sponsorAddress },
    why: mail.why,
    unsubscribeUrl: UNSUBSCRIBE_SAMPLE,
  });
}

interface LookPage {
  base: string;
  what: Looked;
  given: unknown;
  errors?: Record<string, string>;
}

async function showLook(app: App, req: Request, res: Response, asked: LookPage): Promise<void> {
  const ctx = ctxOf(res);
  const { base, what, given, errors = {} } = asked;
  const about =
    "sequenceId" in what
      ? await showSequence(ctx, what.sequenceId)
      : await showTemplate(ctx, what.templateId);
  const words = await lookedWords(ctx, what);
  const { contact, language, q } = askedLook(given);
  const found = await findContacts(ctx, q, OFFERED);
  const chosen = isUuid(contact) ? contact : found[0]?.id;
  const look = chosen ? await lookAs(ctx, words, chosen, language || undefined) : undefined;
  const step = "sequenceId" in what ? Math.min(what.step, words.steps) : 1;
  const query = { q, contact: chosen ?? "", step, language };
  consolePage(
    app,
    req,
    res,
    "console/sequence-look",
    {
      title: `How ${about.name} reads`,
      name: about.name,
      errors,
      notice: fieldText(req.query, "sent") ? "A test is on its way to your own address." : "",
      base,
      query,
      isStep: words.steps > 1,
      step,
      steps: Array.from({ length: words.steps }, (_, at) => ({ n: at + 1, current: at + 1 === step })),
      languages: words.texts.map((text) => ({
        code: text.language,
        label: languageLabel(text.language),
        current: text.language === look?.language,
      })),
      found: found.map((each) => ({ ...each, current: each.id === chosen })),
      mayTest: mayDo(ctx.actor, "templates:write"),
      letter: words.letter.slug,
      shown: look && lookView(app, words, look),
    },
    { status: Object.keys(errors).length > 0 ? 422 : 200 },
  );
}

function lookView(app: App, words: LookedWords, look: Look): Record<string, unknown> {
  const { recipient, mail } = look;
  const missing = "missing" in mail ? mail.missing.join(", ") : "";
  return { recipient, missing, language: look.language, ...framed(app, words, look) };
}
