import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { countMessages, listMessages } from "../../domain/mail/views.js";
import { SECTORS } from "../../domain/organisations/sector.js";
import {
  previewFor,
  previewMailing,
  type MailingPreview,
  type ShownMail,
  type WordedMail,
} from "../../domain/outreach/preview-service.js";
import { approvalOf, approveMailing, stopMailing } from "../../domain/outreach/approval-service.js";
import {
  findMailing,
  letterWordsOf,
  queueSavedMailing,
  saveMailing,
  type Mailing,
} from "../../domain/outreach/service.js";
import { listMailboxNames } from "../../domain/outreach/mailbox-choice-views.js";
import { listMailedLetters } from "../../domain/outreach/letter-views.js";
import { listMailings } from "../../domain/outreach/views.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { pageQuery, parse } from "../../platform/schema.js";
import { emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { sendMailFrame } from "./mail-frame.js";
import { BODY_HINT, languageLabel, nameFaults, sectorLabel, variableRows } from "./mail-writing.js";
import { mailboxName } from "./sequence-rules.js";
import { leftOutWords, mailingState, messageState, messageStateName } from "./mail-words.js";

const SHOWN_NAMES = 12;
const UNSUBSCRIBE_SAMPLE = "https://preview.invalid/unsubscribe";
const PREFERENCES_SAMPLE = "https://preview.invalid/preferences";

/** Writing a mail, looking at it, and letting it go out. */
export function outreachRoutes(app: App): Router {
  const router = Router();
  router.param("id", (_req, _res, next, id: string) =>
    isUuid(id) ? next() : next(notFound("mailing.unknown")),
  );

  router.get("/outreach", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "messages:read");
    const { items, next } = await listMailings(ctx, parse(pageQuery, { limit: "30", ...req.query }));
    consolePage(app, req, res, "console/outreach", {
      title: "Mailings",
      mayWrite: mayDo(ctx.actor, "outreach:write"),
      captures: app.mailer.transport === "capture",
      mailings: items.map((line) => ({ ...line, state: mailingState(line.state) })),
      older: next ? `/console/outreach?cursor=${encodeURIComponent(next)}` : "",
    });
  });

  router.get("/outreach/new", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    const { letter } = req.query;
    const values = {
      id: newId(app.clock),
      language: "en",
      office_hours: "false",
      ...(typeof letter === "string" ? { letter } : {}),
    };
    await showForm(app, req, res, emptyForm(values));
  });

  router.post("/outreach", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const { id } = await saveMailing(ctxOf(res), req.body as never);
        res.redirect(303, `/console/outreach/${id}`);
      },
      (form) => showForm(app, req, res, { ...form, errors: nameFaults(form) }, 422),
    );
  });

  router.get("/outreach/:id", async (req, res) => showMailing(app, req, res));

  router.get("/outreach/:id/edit", async (req, res) => {
    const ctx = ctxOf(res);
    requirePermission(ctx, "outreach:write");
    const mailing = await findMailing(ctx, req.params.id);
    if (mailing.state !== "draft") return res.redirect(303, `/console/outreach/${mailing.id}`);
    const { subject, body, language } = mailing.step;
    const values = {
      ...mailing.recipients,
      id: mailing.id,
      letter: mailing.letter.slug,
      subject,
      body,
      language,
      mailbox_id: mailing.way.mailboxId ?? "",
      office_hours: mailing.way.window === null ? "false" : "true",
    };
    await showForm(app, req, res, emptyForm(values));
  });

  router.get("/outreach/:id/preview", async (req, res) => {
    const ctx = ctxOf(res);
    const mailing = await findMailing(ctx, req.params.id);
    const contact = askedContact(req);
    const shown = contact ? await previewFor(ctx, mailing, contact) : undefined;
    if (!shown || "missing" in shown.mail) throw notFound("page.unknown");
    sendMailFrame(res, frameMail(app, mailing, shown.mail).html);
  });

  const acts: Record<string, (req: Request, res: Response) => Promise<unknown>> = {
    queue: (req, res) => queueSavedMailing(ctxOf(res), idOf(req)),
    approve: (req, res) => approveMailing(ctxOf(res), idOf(req)),
    stop: (req, res) => stopMailing(ctxOf(res), idOf(req)),
  };
  for (const [name, act] of Object.entries(acts)) {
    router.post(`/outreach/:id/${name}`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await act(req, res);
          res.redirect(303, `/console/outreach/${idOf(req)}`);
        },
        ({ errors }) => showMailing(app, req, res, errors),
      );
    });
  }
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

function askedContact(req: Request): string | undefined {
  const { contact } = req.query;
  return typeof contact === "string" && isUuid(contact) ? contact : undefined;
}

async function showForm(app: App, req: Request, res: Response, form: FormState, status = 200): Promise<void> {
  const letters = await listMailedLetters(ctxOf(res));
  const mailboxes = await listMailboxNames(ctxOf(res));
  consolePage(
    app,
    req,
    res,
    "console/outreach-form",
    {
      title: "Write a mail",
      ...form,
      id: typeof form.values["id"] === "string" ? form.values["id"] : newId(app.clock),
      letters: letters.map((letter) => ({ value: letter.slug, label: letter.title })),
      languages: app.messages.languages.map((code) => ({ value: code, label: languageLabel(code) })),
      sectors: SECTORS.map((sector) => ({ value: sector, label: sectorLabel(sector) })),
      written: [
        { value: "never", label: "Not written to about this letter yet" },
        { value: "before", label: "Written to before, no answer yet" },
        { value: "any", label: "Both" },
      ],
      // With one mailbox there is nothing to choose; the one chosen before stays to be seen.
      mailboxes:
        mailboxes.length > 1 || form.values["mailbox_id"]
          ? mailboxes.map((mailbox) => ({ value: mailbox.id, label: mailbox.name }))
          : undefined,
      times: [
        { value: "false", label: "At once" },
        {
          value: "true",
          label: "In the recipients’ office hours",
          hint: "09:00 to 17:00 on the working days of each one’s country, public holidays kept off.",
        },
      ],
      bodyHint: BODY_HINT,
      variables: variableRows(),
    },
    { status },
  );
}

function frameMail(app: App, mailing: Mailing, mail: WordedMail) {
  return renderMail(app, {
    template: "outreach",
    language: mailing.step.language,
    data: { subject: mail.subject, body: mail.body },
    sponsor: { name: mailing.letter.sponsorName, address: mailing.letter.sponsorAddress },
    why: mail.why,
    unsubscribeUrl: UNSUBSCRIBE_SAMPLE,
    preferencesUrl: PREFERENCES_SAMPLE,
  });
}

async function showMailing(
  app: App,
  req: Request,
  res: Response,
  errors: Record<string, string> = {},
): Promise<void> {
  const ctx = ctxOf(res);
  const mailing = await findMailing(ctx, idOf(req));
  const mayWrite = mayDo(ctx.actor, "outreach:write");
  const status = Object.keys(errors).length > 0 ? 422 : 200;
  const head = {
    title: mailing.step.subject,
    errors,
    mailing,
    state: mailingState(mailing.state),
    way: await wayWords(ctx, mailing),
    mayWrite,
    captures: app.mailer.transport === "capture",
  };
  if (mailing.state === "draft") {
    const preview = await previewMailing(ctx, mailing.id, askedContact(req));
    const view = { ...head, ...draftView(app, preview) };
    return consolePage(app, req, res, "console/outreach-check", view, { status });
  }
  const counts = await countMessages(ctx, mailing.id);
  const { items, next } = await listMessages(ctx, {
    mailingId: mailing.id,
    limit: 50,
    ...parse(pageQuery.pick({ cursor: true }), { ...req.query }),
  });
  const contact = askedContact(req) ?? items.find((line) => line.contactId)?.contactId;
  const shown = contact ? await previewFor(ctx, mailing, contact) : undefined;
  consolePage(
    app,
    req,
    res,
    "console/outreach-mailing",
    {
      ...head,
      letterTitle: (await letterWordsOf(ctx, mailing))?.title ?? mailing.letter.slug,
      shown: shown && shownView(app, mailing, shown),
      approval: await approvalOf(ctx, mailing),
      mayStop:
        mayWrite && ["draft", "approved", "queued", "blocked"].some((state) => counts.get(state as never)),
      total: [...counts.values()].reduce((sum, n) => sum + n, 0),
      counts: [...counts].map(([state, n]) => ({ name: messageStateName(state), n })),
      messages: items.map((line) => ({ ...line, state: messageState(line) })),
      older: next ? `/console/outreach/${mailing.id}?cursor=${encodeURIComponent(next)}` : "",
    },
    { status },
  );
}

/** When a mailing goes out, and from which mailbox where one was chosen. */
async function wayWords(ctx: Ctx, { way }: Mailing): Promise<string> {
  const when = way.window === null ? "at once" : "in the recipients’ office hours";
  return way.mailboxId ? `${when}, from ${await mailboxName(ctx, way.mailboxId)}` : when;
}

function draftView(app: App, preview: MailingPreview): Record<string, unknown> {
  const { mailing, choice, incomplete, shown } = preview;
  const reasons = new Map<string, string[]>();
  for (const { candidate, reason } of choice.leftOut) {
    const words = leftOutWords(reason);
    const name = candidate.contactName ?? candidate.email ?? "no name";
    reasons.set(words, [...(reasons.get(words) ?? []), `${candidate.organisationName} (${name})`]);
  }
  return {
    count: choice.chosen.length,
    needsSecondPerson: preview.needsSecondPerson,
    firstMails: choice.chosen.filter(({ facts }) => facts.firstContact === "approve_each").length,
    filter: filterWords(mailing),
    recipients: choice.chosen.slice(0, SHOWN_NAMES).map((recipient) => ({
      ...recipient,
      shown: recipient.contactId === shown?.recipient.contactId,
      sector: sectorLabel(recipient.sector),
    })),
    more: Math.max(0, choice.chosen.length - SHOWN_NAMES),
    leftOutCount: choice.leftOut.length,
    leftOut: [...reasons].map(([words, names]) => ({
      words,
      count: names.length,
      names: names.slice(0, 30),
      more: Math.max(0, names.length - 30),
    })),
    incomplete: incomplete.slice(0, 30).map(({ recipient, missing }) => ({
      name: recipient.organisationName,
      missing: missing.join(", "),
    })),
    incompleteCount: incomplete.length,
    letterTitle: preview.letter?.title ?? mailing.letter.slug,
    shown: shown && shownView(app, mailing, shown),
  };
}

function shownView(app: App, mailing: Mailing, { recipient, mail }: ShownMail): Record<string, unknown> {
  return "missing" in mail
    ? { recipient, missing: mail.missing.join(", ") }
    : { recipient, missing: "", ...frameMail(app, mailing, mail) };
}

function filterWords({ recipients }: Mailing): string {
  const parts = [
    recipients.contact_ids ? "contacts named one by one" : "",
    recipients.sector ? sectorLabel(recipients.sector) : "",
    recipients.country ?? "",
    recipients.q ? `“${recipients.q}”` : "",
    recipients.written === "before" ? "written to before" : "",
    recipients.written === "any" ? "written to before or not" : "",
  ].filter(Boolean);
  return parts.length > 0 ? parts.join(", ") : "every organisation that has not been written to";
}
