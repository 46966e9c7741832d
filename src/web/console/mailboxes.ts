import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import {
  archiveMailbox,
  changeMailbox,
  createMailbox,
  pauseMailbox,
  resumeMailbox,
  sendTestMail,
  tryMailbox,
} from "../../domain/mail/mailbox-service.js";
import {
  dkimRecordOf,
  findMailbox,
  listMailboxes,
  type MailboxLine,
} from "../../domain/mail/mailbox-views.js";
import { HEALTH_WINDOW } from "../../domain/mail/mailbox.js";
import { mayDo } from "../../domain/team/permission.js";
import { notFound } from "../../platform/errors.js";
import { readMailbox } from "../../platform/mailer.js";
import { asRecord, emptyForm, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { consolePage, onlyFor } from "./layout.js";
import {
  domainChecks,
  mailboxState,
  neededRecords,
  pauseWords,
  trialWords,
  useWords,
} from "./mailbox-words.js";

/** What a form never shows again once it was typed. */
const SECRETS = ["smtp_password", "imap_password", "dkim_key"] as const;

const NOTICES: Record<string, string> = {
  saved: "Saved.",
  works: "It works: the server took the login.",
  sent: "A test mail to you is queued. It goes out through this mailbox within seconds.",
  paused: "Paused. Its mails wait in the queue.",
  resumed: "It goes on. What waited goes out now, within its limits.",
};

/** The mailboxes that mail goes out of: setting one up, trying it, stopping it and letting it go on. */
export function mailboxRoutes(app: App): Router {
  const router = Router();
  router.get("/mailboxes", onlyFor("messages:read"), (req, res) => showList(app, req, res));
  router.get("/mailboxes/new", onlyFor("mailboxes:manage"), (req, res) =>
    showForm(
      app,
      req,
      res,
      undefined,
      emptyForm({ smtp_security: "tls", smtp_port: "465", imap_folder: "INBOX" }),
    ),
  );
  router.post("/mailboxes", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        const id = await createMailbox(ctxOf(res), typed(req.body) as never);
        res.redirect(303, `/console/mailboxes/${id}?done=saved`);
      },
      (form) => showForm(app, req, res, undefined, form, 422),
    );
  });

  router.get("/mailboxes/:id", onlyFor("messages:read"), (req, res) => showMailbox(app, req, res));
  router.get("/mailboxes/:id/edit", onlyFor("mailboxes:manage"), async (req, res) => {
    const box = await find(req, res);
    showForm(app, req, res, box, emptyForm(valuesOf(box)));
  });
  router.post("/mailboxes/:id/edit", onlyFor("mailboxes:manage"), async (req, res) => {
    const box = await find(req, res);
    await withForm(
      req.body,
      async () => {
        await changeMailbox(ctxOf(res), box.id, typed(req.body) as never);
        res.redirect(303, `/console/mailboxes/${box.id}?done=saved`);
      },
      (form) => showForm(app, req, res, box, form, 422),
    );
  });

  const acts: Record<string, (req: Request, res: Response) => Promise<string>> = {
    "test-mail": (req, res) => sendTestMail(ctxOf(res), idOf(req)).then(() => "sent"),
    pause: (req, res) => pauseMailbox(ctxOf(res), idOf(req), req.body as never).then(() => "paused"),
    resume: (req, res) => resumeMailbox(ctxOf(res), idOf(req)).then(() => "resumed"),
  };
  for (const [name, act] of Object.entries(acts)) {
    router.post(`/mailboxes/:id/${name}`, async (req, res) => {
      await withForm(
        req.body,
        async () => res.redirect(303, `/console/mailboxes/${idOf(req)}?done=${await act(req, res)}`),
        (form) => showMailbox(app, req, res, form),
      );
    });
  }
  router.post("/mailboxes/:id/test", async (req, res) => {
    const trial = await tryMailbox(ctxOf(res), app, idOf(req));
    if (trial.ok) return res.redirect(303, `/console/mailboxes/${idOf(req)}?done=works`);
    await showMailbox(app, req, res, emptyForm(), trialWords(trial.reason, trial.reply));
  });
  router.post("/mailboxes/:id/archive", async (req, res) => {
    await withForm(
      req.body,
      async () => {
        await archiveMailbox(ctxOf(res), idOf(req));
        res.redirect(303, "/console/mailboxes");
      },
      (form) => showMailbox(app, req, res, form),
    );
  });
  return router;
}

function idOf(req: Request): string {
  return String(req.params["id"]);
}

async function find(req: Request, res: Response): Promise<MailboxLine> {
  const box = await findMailbox(ctxOf(res), idOf(req));
  if (!box) throw notFound("mailbox.unknown");
  return box;
}

/** What a form says: an unticked box says no. */
function typed(body: unknown): Record<string, unknown> {
  const { foreign_envelope: foreign, ...rest } = asRecord(body);
  return { ...rest, foreign_envelope: foreign === "on" };
}

async function showList(app: App, req: Request, res: Response): Promise<void> {
  const ctx = ctxOf(res);
  const boxes = await listMailboxes(ctx);
  consolePage(app, req, res, "console/mailboxes", {
    title: "Mailboxes",
    mayManage: mayDo(ctx.actor, "mailboxes:manage"),
    hasOwn: boxes.some((box) => box.kind === "settings"),
    ownAddress: readMailbox(app.config.mailFrom).address,
    boxes: boxes.map((box) => ({
      ...box,
      state: mailboxState(box),
      why: pauseWords(box.pausedReason),
      day: useWords(box.sentDay, box.capDay),
      minute: useWords(box.sentMinute, box.capMinute),
      captured: isCaptured(app, box),
      checks: domainChecks(box, signsOf(app, box)).filter((check) => check.name !== "Reports"),
    })),
  });
}

function isCaptured(app: App, box: MailboxLine): boolean {
  return box.kind === "settings" && app.mailer.transport === "capture";
}

function signsOf(app: App, box: MailboxLine): string | null {
  return box.kind === "settings" ? (app.config.dkim?.domain ?? null) : null;
}

async function showMailbox(
  app: App,
  req: Request,
  res: Response,
  form: FormState = emptyForm(),
  failed = "",
): Promise<void> {
  const ctx = ctxOf(res);
  const box = await find(req, res);
  const { done } = req.query;
  const status = failed || Object.keys(form.errors).length > 0 ? 422 : 200;
  consolePage(
    app,
    req,
    res,
    "console/mailbox",
    {
      title: box.name,
      ...form,
      failed,
      notice: typeof done === "string" ? (NOTICES[done] ?? "") : "",
      box,
      own: box.kind === "settings",
      captured: isCaptured(app, box),
      state: mailboxState(box),
      why: pauseWords(box.pausedReason),
      mayManage: mayDo(ctx.actor, "mailboxes:manage"),
      window: HEALTH_WINDOW,
      day: useWords(box.sentDay, box.capDay),
      minute: useWords(box.sentMinute, box.capMinute),
      server: serverWords(app, box),
      reads: box.imapHost ? `${box.imapUser ?? ""} at ${box.imapHost}, ${box.imapFolder}` : "",
      checks: domainChecks(box, signsOf(app, box)),
      records: neededRecords(box, await dkimRecordOf(ctx, box.id)),
    },
    { status },
  );
}

function serverWords(app: App, box: MailboxLine): string {
  if (box.kind === "account") return `${box.smtpHost ?? ""}, port ${box.smtpPort ?? ""}`;
  return app.config.smtpUrl ? `${new URL(app.config.smtpUrl).host} (SMTP_URL)` : "none (SMTP_URL is not set)";
}

function valuesOf(box: MailboxLine): Record<string, unknown> {
  return {
    name: box.name,
    from_email: box.fromEmail,
    from_name: box.fromName ?? "",
    smtp_host: box.smtpHost ?? "",
    smtp_port: box.smtpPort ?? "",
    smtp_security: box.smtpSecurity ?? "",
    smtp_user: box.smtpUser ?? "",
    imap_host: box.imapHost ?? "",
    imap_port: box.imapPort ?? "",
    imap_security: box.imapSecurity ?? "",
    imap_user: box.imapUser ?? "",
    imap_folder: box.imapFolder,
    dkim_domain: box.dkimDomain ?? "",
    dkim_selector: box.dkimSelector ?? "",
    bounce_domain: box.bounceDomain ?? "",
    foreign_envelope: box.foreignEnvelope ? "on" : "",
    cap_day: box.capDay ?? "",
    cap_minute: box.capMinute ?? "",
    row_version: box.rowVersion,
  };
}

function keptHint(isKept: boolean | undefined): string {
  return isKept ? "One is kept. Leave this empty to keep it." : "";
}

function showForm(
  app: App,
  req: Request,
  res: Response,
  box: MailboxLine | undefined,
  form: FormState,
  status = 200,
): void {
  const values = Object.fromEntries(
    Object.entries(form.values).filter(([name]) => !SECRETS.some((secret) => secret === name)),
  );
  consolePage(
    app,
    req,
    res,
    "console/mailbox-form",
    {
      title: box ? `Change ${box.name}` : "Add a mailbox",
      ...form,
      values,
      action: box ? `/console/mailboxes/${box.id}/edit` : "/console/mailboxes",
      back: box ? `/console/mailboxes/${box.id}` : "/console/mailboxes",
      rowVersion: box?.rowVersion ?? "",
      own: box?.kind === "settings",
      hints: {
        smtp: keptHint(box?.hasSmtpPassword),
        imap: keptHint(box?.hasImapPassword),
        dkim: box?.dkimDomain ? keptHint(true) : "In PEM, RSA with 2048 bits.",
      },
      foreign: box
        ? values["foreign_envelope"] === "on"
        : form.values["foreign_envelope"] !== undefined || status === 200,
      securities: [
        { value: "tls", label: "TLS from the first byte (port 465)" },
        { value: "starttls", label: "STARTTLS (port 587)" },
        { value: "none", label: "None, within this machine only" },
      ],
      imapSecurities: [
        { value: "tls", label: "TLS from the first byte (port 993)" },
        { value: "starttls", label: "STARTTLS (port 143)" },
        { value: "none", label: "None, within this machine only" },
      ],
    },
    { status },
  );
}
