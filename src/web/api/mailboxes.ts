import { z } from "zod";
import {
  archiveMailbox,
  changeMailbox,
  createMailbox,
  pauseMailbox,
  resumeMailbox,
} from "../../domain/mail/mailbox-service.js";
import {
  changeMailboxCommand,
  createMailboxCommand,
  mailboxParams,
  pauseMailboxCommand,
} from "../../domain/mail/mailbox-commands.js";
import { findMailbox, listMailboxes, type MailboxLine } from "../../domain/mail/mailbox-views.js";
import { SECURITIES } from "../../domain/mail/mailbox.js";
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const security = z.enum(SECURITIES).nullable();

const mailbox = z
  .object({
    id: z.uuid(),
    kind: z.enum(["settings", "account"]),
    name: z.string(),
    from_email: z.string(),
    from_name: z.string().nullable(),
    smtp_host: z.string().nullable(),
    smtp_port: z.number().nullable(),
    smtp_security: security,
    smtp_user: z.string().nullable(),
    has_smtp_password: z.boolean(),
    imap_host: z.string().nullable(),
    imap_port: z.number().nullable(),
    imap_security: security,
    imap_user: z.string().nullable(),
    has_imap_password: z.boolean(),
    imap_folder: z.string(),
    dkim_domain: z.string().nullable(),
    dkim_selector: z.string().nullable(),
    bounce_domain: z.string().nullable(),
    foreign_envelope: z.boolean(),
    cap_day: z.number().nullable(),
    cap_minute: z.number().nullable(),
    state: z.enum(["active", "paused"]),
    paused_reason: z.string().nullable(),
    paused_at: time().nullable(),
    health: z.enum(["good", "warning", "bad"]),
    sent_day: z.number(),
    sent_minute: z.number(),
    waiting: z.number(),
    recent_mails: z.number(),
    recent_faults: z.number(),
    row_version: z.number(),
  })
  .meta({
    id: "Mailbox",
    description:
      "What mail goes out of. Passwords and keys go in and never come out. recent_faults counts, of the last 50 outreach mails, those refused for our own standing.",
  });

function show(line: MailboxLine): z.input<typeof mailbox> {
  return {
    id: line.id,
    kind: line.kind,
    name: line.name,
    from_email: line.fromEmail,
    from_name: line.fromName,
    smtp_host: line.smtpHost,
    smtp_port: line.smtpPort,
    smtp_security: line.smtpSecurity,
    smtp_user: line.smtpUser,
    has_smtp_password: line.hasSmtpPassword,
    imap_host: line.imapHost,
    imap_port: line.imapPort,
    imap_security: line.imapSecurity,
    imap_user: line.imapUser,
    has_imap_password: line.hasImapPassword,
    imap_folder: line.imapFolder,
    dkim_domain: line.dkimDomain,
    dkim_selector: line.dkimSelector,
    bounce_domain: line.bounceDomain,
    foreign_envelope: line.foreignEnvelope,
    cap_day: line.capDay,
    cap_minute: line.capMinute,
    state: line.state,
    paused_reason: line.pausedReason,
    paused_at: line.pausedAt,
    health: line.health,
    sent_day: line.sentDay,
    sent_minute: line.sentMinute,
    waiting: line.waiting,
    recent_mails: line.mails,
    recent_faults: line.faults,
    row_version: line.rowVersion,
  };
}

async function one(ctx: Ctx, id: string): Promise<z.input<typeof mailbox>> {
  const line = await findMailbox(ctx, id);
  if (!line) throw notFound("mailbox.unknown");
  return show(line);
}

/** Mailboxes by script: what there is, setting one up, stopping it and letting it go on. */
export const mailboxApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/mailboxes",
    tag: "mailboxes",
    summary: "List the mailboxes in use, the one of the settings first",
    permission: "messages:read",
    answer: listOf(mailbox),
    handler: async (ctx) => ({ items: (await listMailboxes(ctx)).map(show), next: null }),
  }),
  apiRoute({
    method: "post",
    path: "/mailboxes",
    tag: "mailboxes",
    summary: "Add a mailbox with an account of its own",
    permission: "mailboxes:manage",
    body: createMailboxCommand,
    answer: made,
    status: 201,
    handler: async (ctx, { given }) => ({ id: await createMailbox(ctx, given) }),
  }),
  apiRoute({
    method: "get",
    path: "/mailboxes/{id}",
    tag: "mailboxes",
    summary: "Read a mailbox",
    permission: "messages:read",
    params: mailboxParams,
    answer: mailbox,
    handler: (ctx, { params }) => one(ctx, params.id),
  }),
  apiRoute({
    method: "patch",
    path: "/mailboxes/{id}",
    tag: "mailboxes",
    summary: "Change a mailbox",
    description:
      "What is left out stays. null takes a value away; an empty password or key keeps the one there is.",
    permission: "mailboxes:manage",
    params: mailboxParams,
    body: changeMailboxCommand,
    answer: mailbox,
    handler: async (ctx, { params, given }) => {
      await changeMailbox(ctx, params.id, given);
      return one(ctx, params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/mailboxes/{id}/pause",
    tag: "mailboxes",
    summary: "Stop a mailbox; its mails wait in the queue",
    permission: "mailboxes:manage",
    params: mailboxParams,
    body: pauseMailboxCommand,
    answer: mailbox,
    handler: async (ctx, { params, given }) => {
      await pauseMailbox(ctx, params.id, given);
      return one(ctx, params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/mailboxes/{id}/resume",
    tag: "mailboxes",
    summary: "Let a paused mailbox go on",
    permission: "mailboxes:manage",
    params: mailboxParams,
    answer: mailbox,
    handler: async (ctx, { params }) => {
      await resumeMailbox(ctx, params.id);
      return one(ctx, params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/mailboxes/{id}/archive",
    tag: "mailboxes",
    summary: "Put a mailbox away for good, once no mail waits for it",
    permission: "mailboxes:manage",
    params: mailboxParams,
    handler: (ctx, { params }) => archiveMailbox(ctx, params.id),
  }),
];
