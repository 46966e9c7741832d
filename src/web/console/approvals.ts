import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { renderMail } from "../../domain/mail/rendering-service.js";
import { APPROVE_FIRST } from "../../domain/mail/service.js";
import { countQueue } from "../../domain/outreach/desk-views.js";
import { approveMails } from "../../domain/outreach/queue-many-service.js";
import {
  awaitsYes,
  approveMail,
  browseQueue,
  editMail,
  showAllWaiting,
  showWaiting,
  type ShownWaiting,
} from "../../domain/outreach/queue-service.js";
import { rejectMail, skipMail } from "../../domain/outreach/taking-back-service.js";
import { showEnrolment } from "../../domain/outreach/enrolment-service.js";
import { mayDo } from "../../domain/team/permission.js";
import { requirePermission } from "../../domain/team/service.js";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { pageQuery, parse } from "../../platform/schema.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage } from "./layout.js";
import { sendMailFrame } from "./mail-frame.js";
import { reasonWords } from "./mail-words.js";
import { BODY_HINT, languageLabel, nameFaults, variableRows } from "./mail-writing.js";
import { localWords } from "./sequence-words.js";

const PAGE = 20;
const UNSUBSCRIBE_SAMPLE = "https://preview.invalid/unsubscribe";

/** Mails that wait for somebody to read them: several at once, or one with other words. */
export function approvalRoutes(app: App): Router {
  const router = Router();
  router.param("id", (_req, _res, next, id: string) =>
    isUuid(id) ? next() : next(notFound("message.unknown")),
  );
  router.get("/approvals", (req, res) => showQueue(app, req, res));
  router.post("/approvals", async (req, res) => {
    const ids = [asRecord(req.body)["mail"]].flat().filter((id) => typeof id === "string");
    await withForm(
      req.body,
      async () => {
        const { approved, refused } = await approveMails(ctxOf(res), ids);
        res.redirect(303, `/console/approvals?approved=${approved}&refused=${refused.length}`);
      },
      ({ errors }) => showQueue(app, req, res, errors),
    );
  });
  router.get("/approvals/:id", (req, res) => showMail(app, req, res));
  router.get("/approvals/:id/preview", async (req, res) => {
    const html = frame(app, await showWaiting(ctxOf(res), idOf(req)))?.html;
    if (!html) throw notFound("page.unknown");
    sendMailFrame(res, html);
  });
  router.post("/approvals/:id", async (req, res) => {
    requirePermission(ctxOf(res), "outreach:write");
    await withForm(
      req.body,
      async () => {
        await settle(ctxOf(res), idOf(req), req.body);
        const isKept = fieldText(req.body, "act") === "keep";
        res.redirect(
          303,
          isKept ? `/console/approvals/${idOf(req)}?kept=1` : "/console/approvals?approved=1",
        );
      },
      (form) => showMail(app, req, res, { ...form, errors: nameFaults(form) }),
    );
  });
  for (const [act, takeBack, notice] of [
    ["reject", rejectMail, "left"],
    ["skip", skipMail, "skipped"],
  ] as const) {
    router.post(`/approvals/:id/${act}`, async (req, res) => {
      await withForm(
        req.body,
        async () => {
          await takeBack(ctxOf(res), idOf(req));
          res.redirect(303, `/console/approvals?${notice}=1`);
        },
        ({ errors }) => showMail(app, req, res, { values: {}, errors }),
      );
    });
  }
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function settle(ctx: Ctx, id: string, body: unknown): Promise<void> {
  const given = { subject: fieldText(body, "subject"), body: fieldText(body, "body") };
  if (fieldText(body, "act") === "keep") await editMail(ctx, id, given);
  else await approveMail(ctx, id, given);
}

async function showQueue(
  app: App,
  req: Request,
  res: Response,
  errors: Record<string, string> = {},
): Promise<void> {
  const ctx = ctxOf(res);
  requirePermission(ctx, "messages:read");
  const { cursor } = parse(pageQuery.pick({ cursor: true }), { ...req.query });
  const asked = fieldText(req.query, "sequence");
  const sequenceId = isUuid(asked) ? asked : undefined;
  const { items, next } = await browseQueue(ctx, { sequenceId, cursor, limit: PAGE });
  const waiting = await showAllWaiting(
    ctx,
    items.map(({ id }) => id),
  );
  const mails = items.flatMap((line) => {
    const shown = waiting.get(line.id);
    if (!shown) return [];
    return {
      ...line,
      ...wordedView(shown),
      when: localWords(shown.mail, line.dueAt),
      late: !isPaused(line) && line.dueAt < ctx.clock.now(),
      heldWords: isPaused(line) ? reasonWords(line.held) : "",
      isFirst: [line.held, line.reason].includes(APPROVE_FIRST),
      languageName: languageLabel(line.language),
      who: line.toName ?? line.toEmail,
    };
  });
  consolePage(
    app,
    req,
    res,
    "console/approvals",
    {
      title: "Approvals",
      errors,
      notice: doneNotice(req),
      mayWrite: mayDo(ctx.actor, "outreach:write"),
      total: await countQueue(ctx),
      narrowed: sequenceId !== undefined,
      mails,
      ready: mails.filter((mail) => !mail.missing && !mail.heldWords).length,
      older: next
        ? `/console/approvals?${new URLSearchParams({ ...(sequenceId ? { sequence: sequenceId } : {}), cursor: next }).toString()}`
        : "",
    },
    { status: Object.keys(errors).length > 0 ? 422 : 200 },
  );
}

/** Whether a mail that waits for approval has to wait for something else as well. */
export function isPaused({ held }: { held: string | null }): boolean {
  return held !== null && held !== APPROVE_FIRST;
}

function doneNotice(req: Request): string {
  const [approved, refused] = ["approved", "refused"].map((name) => Number(fieldText(req.query, name)) || 0);
  if (fieldText(req.query, "left"))
    return "The mail was left unsent, and the sequence has ended for this contact.";
  if (fieldText(req.query, "skipped"))
    return "The mail was left out. The sequence goes on with its next mail, or is over if this was the last.";
  if (!approved && !refused) return "";
  const some = approved === 1 ? "1 mail goes out" : `${approved} mails go out`;
  const rest = refused ? ` ${refused} could not go: a value is missing, or a colleague was there first.` : "";
  return `${some} in the hours of the contact.${rest}`;
}

function wordedView({ worded }: ShownWaiting): { missing: string; subject: string; body: string } {
  if ("missing" in worded) return { missing: worded.missing.join(", "), subject: "", body: "" };
  return { missing: "", subject: worded.subject, body: worded.body };
}

function frame(app: App, { mail, sponsor, worded }: ShownWaiting) {
  if ("missing" in worded) return undefined;
  return renderMail(app, {
    template: "outreach",
    language: mail.language,
    data: { subject: worded.subject, body: worded.body },
    sponsor,
    why: worded.why,
    unsubscribeUrl: UNSUBSCRIBE_SAMPLE,
  });
}

async function showMail(app: App, req: Request, res: Response, form: FormState = emptyForm()): Promise<void> {
  const ctx = ctxOf(res);
  const shown = await showWaiting(ctx, idOf(req));
  const enrolment = await showEnrolment(ctx, shown.mail.enrolmentId);
  const waits = awaitsYes(shown.mail) && enrolment.state !== "finished";
  consolePage(
    app,
    req,
    res,
    "console/approval",
    {
      title: `Mail ${shown.mail.position} to ${shown.recipient.organisationName}`,
      ...form,
      notice: fieldText(req.query, "kept") ? "Kept. It still waits for approval." : "",
      base: `/console/approvals/${shown.mail.id}`,
      mail: shown.mail,
      recipient: shown.recipient,
      enrolment,
      waits,
      isLast: shown.mail.position === shown.mail.steps,
      held: enrolment.state === "paused" ? reasonWords(enrolment.reason) : "",
      when: localWords(shown.mail, shown.mail.dueAt),
      language: languageLabel(shown.mail.language),
      words: shown.words,
      subjectIsFixed: shown.subjectIsFixed,
      mayWrite: waits && mayDo(ctx.actor, "outreach:write"),
      bodyHint: BODY_HINT,
      variables: variableRows(),
      ...wordedView(shown),
      framed: frame(app, shown),
    },
    { status: Object.keys(form.errors).length > 0 ? 422 : 200 },
  );
}
