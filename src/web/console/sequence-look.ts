import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { findContacts } from "../../domain/outreach/desk-views.js";
import { listMailedLetters } from "../../domain/outreach/letter-views.js";
import { showSequence } from "../../domain/outreach/sequence-service.js";
import {
  previewStep,
  previewTemplate,
  type PreviewedMail,
} from "../../domain/outreach/step-preview-service.js";
import { showTemplate } from "../../domain/outreach/template-service.js";
import { sendTest } from "../../domain/outreach/test-send-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { DomainError, notFound } from "../../platform/errors.js";
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
      const about = await lookedAt(ctx, looked(req, req.query));
      const { contact, language } = askedLook(req.query);
      const look = await lookFor(ctx, about, contact, language);
      const mail = look && framed(app, look);
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

/** What is looked at, with its name and the languages it is there in. */
interface LookedAt {
  what: Looked;
  name: string;
  letter: string;
  languages: string[];
  steps: number;
}

type Looked = { templateId: string } | { sequenceId: string; step: number };

async function lookedAt(ctx: Ctx, what: Looked): Promise<LookedAt> {
  if ("sequenceId" in what) {
    const { name, letter, course } = await showSequence(ctx, what.sequenceId);
    const step = Math.min(what.step, Math.max(1, course.length));
    const languages = (course[step - 1]?.texts ?? []).map((text) => text.language);
    return { what: { ...what, step }, name, letter, languages, steps: course.length };
  }
  const { name, letter, texts } = await showTemplate(ctx, what.templateId);
  const about = letter ?? (await listMailedLetters(ctx))[0]?.slug ?? "";
  return { what, name, letter: about, languages: texts.map((text) => text.language), steps: 1 };
}

/** The mail for a contact; undefined where there is no such contact, no letter or no mail yet. */
async function lookFor(
  ctx: Ctx,
  { what, letter }: LookedAt,
  contactId: string,
  asked: string,
): Promise<PreviewedMail | undefined> {
  const language = asked || undefined;
  try {
    return "sequenceId" in what
      ? await previewStep(ctx, what.sequenceId, { step: what.step, contactId, language })
      : await previewTemplate(ctx, what.templateId, { letterSlug: letter, contactId, language });
  } catch (error) {
    if (error instanceof DomainError && ["not_found", "invalid"].includes(error.kind)) return undefined;
    throw error;
  }
}

function framed(app: App, { mail, language, letter }: PreviewedMail) {
  if ("missing" in mail) return undefined;
  return renderMail(app, {
    template: "outreach",
    language,
    data: { subject: mail.subject, body: mail.body },
    sponsor: { name: letter.sponsorName, address: letter.sponsorAddress },
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
  const { base, given, errors = {} } = asked;
  const about = await lookedAt(ctx, asked.what);
  const { contact, language, q } = askedLook(given);
  const found = await findContacts(ctx, q, OFFERED);
  const chosen = isUuid(contact) ? contact : found[0]?.id;
  const look = chosen ? await lookFor(ctx, about, chosen, language) : undefined;
  const step = "sequenceId" in about.what ? about.what.step : 1;
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
      isStep: about.steps > 1,
      step,
      steps: Array.from({ length: about.steps }, (_, at) => ({ n: at + 1, current: at + 1 === step })),
      languages: about.languages.map((code) => ({
        code,
        label: languageLabel(code),
        current: code === look?.language,
      })),
      found: found.map((each) => ({ ...each, current: each.id === chosen })),
      mayTest: mayDo(ctx.actor, "templates:write"),
      letter: about.letter,
      shown: look && lookView(app, look),
    },
    { status: Object.keys(errors).length > 0 ? 422 : 200 },
  );
}

function lookView(app: App, look: PreviewedMail): Record<string, unknown> {
  const { recipient, mail } = look;
  const missing = "missing" in mail ? mail.missing.join(", ") : "";
  return { recipient, missing, language: look.language, ...framed(app, look) };
}
