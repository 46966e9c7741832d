import { z } from "zod";
import { resolveMessageCommand } from "../../domain/mail/commands.js";
import { MESSAGE_STATES } from "../../domain/mail/message.js";
import { browseMessages, readMessage } from "../../domain/mail/service.js";
import type { MessageLine } from "../../domain/mail/views.js";
import { settleMessage } from "../../domain/outreach/approval-service.js";
import { queueMailingCommand } from "../../domain/outreach/commands.js";
import { approveMail } from "../../domain/outreach/queue-service.js";
import { cancelMail, skipMail } from "../../domain/outreach/taking-back-service.js";
import { approveMailCommand } from "../../domain/outreach/sequence-commands.js";
import { queueMailing } from "../../domain/outreach/service.js";
import { id, optional, slug } from "../../platform/schema.js";
import { apiRoute, listOf, listQuery, time, type ApiRoute } from "./frame.js";

const message = z
  .object({
    id: z.uuid(),
    status: z.enum(MESSAGE_STATES),
    status_reason: z.string().nullable(),
    purpose: z.enum(["outreach", "transactional", "test"]),
    subject: z.string(),
    to_email: z.string(),
    to_name: z.string().nullable(),
    letter: z.string().nullable(),
    organisation_id: z.uuid().nullable(),
    contact_id: z.uuid().nullable(),
    mailing_id: z.uuid().nullable(),
    attempts: z.int(),
    due_at: time(),
    created_at: time(),
    sending_at: time().nullable(),
    finished_at: time().nullable(),
  })
  .meta({ id: "Message" });

const messageFile = message
  .extend({
    message_id: z.string(),
    language: z.string(),
    body_text: z.string().nullable(),
    smtp_reply: z.string().nullable(),
    events: z.array(z.object({ at: time(), status: z.string(), reason: z.string().nullable() })),
  })
  .meta({ id: "MessageFile" });

const mailing = z
  .object({
    id: z.uuid(),
    state: z.enum(["draft", "waiting", "queued", "stopped"]),
    queued: z.int(),
    blocked: z.int(),
    left_out: z.int(),
  })
  .meta({ id: "Mailing" });

const params = z.object({ id: id() });

/** Mails and what became of them. */
export const messageApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/messages",
    tag: "messages",
    summary: "Messages, newest first",
    permission: "messages:read",
    query: listQuery({
      status: optional(z.enum(MESSAGE_STATES, { error: "errors.message.status" })),
      letter: optional(slug()),
      organisation_id: optional(id()),
    }),
    answer: listOf(message),
    handler: async (ctx, { query: { status, letter, organisation_id: organisationId, cursor, limit } }) => {
      const { items, next } = await browseMessages(ctx, {
        state: status,
        letter,
        organisationId,
        cursor,
        limit,
      });
      return { items: items.map(messageOf), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/messages",
    tag: "messages",
    summary: "Write a mail to contacts and queue it",
    description:
      "Takes contact_ids, or a filter, which chooses one contact per organisation among those not written to yet. " +
      "Whoever may not be written to is left out. mailbox_id: where it goes out from, else the mailbox of the settings. " +
      "office_hours: in those of each recipient, where they are, instead of at once. More than 50 wait until a second person approves them.",
    permission: "outreach:write",
    body: queueMailingCommand,
    answer: mailing,
    status: 201,
    handler: async (ctx, { body }) => {
      const {
        id: mailingId,
        state,
        queued,
        blocked,
        leftOut,
      } = await queueMailing(ctx, {
        letterSlug: body.letter,
        subject: body.subject,
        body: body.body,
        language: body.language,
        contactIds: body.contact_ids,
        filter: body.filter,
        mailboxId: body.mailbox_id,
        officeHours: body.office_hours,
      });
      return { id: mailingId, state, queued, blocked, left_out: leftOut };
    },
  }),
  apiRoute({
    method: "get",
    path: "/messages/{id}",
    tag: "messages",
    summary: "One message with its text and its history",
    description: "Personal links are left out of the text.",
    permission: "messages:read",
    params,
    answer: messageFile,
    handler: (ctx, input) => fileOf(ctx, input.params.id),
  }),
  apiRoute({
    method: "post",
    path: "/messages/{id}/approve",
    tag: "messages",
    summary: "Let one waiting message go out",
    description:
      "With a subject or a body it goes out in these words, whose names are checked. A follow-up keeps the subject of " +
      "its thread. 409 when it does not wait, or a value is missing.",
    permission: "outreach:write",
    params,
    body: approveMailCommand,
    answer: messageFile,
    handler: async (ctx, input) => {
      await approveMail(ctx, input.params.id, input.given);
      return fileOf(ctx, input.params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/messages/{id}/cancel",
    tag: "messages",
    summary: "Take one message back that has not begun to go out",
    description:
      "Queued, held, waiting for approval, or blocked. The sequence ends for this contact; to leave out this message " +
      "only, skip it. 409 when a worker has taken it up, or it is settled.",
    permission: "outreach:write",
    params,
    answer: messageFile,
    handler: async (ctx, input) => {
      await cancelMail(ctx, input.params.id);
      return fileOf(ctx, input.params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/messages/{id}/skip",
    tag: "messages",
    summary: "Leave out one message of a sequence and go on with the next step",
    description:
      "The next step's delay counts from when this message was due, or from now where that time is over. 409 when a " +
      "worker has taken it up, it is settled, or it belongs to no sequence.",
    permission: "outreach:write",
    params,
    answer: messageFile,
    handler: async (ctx, input) => {
      await skipMail(ctx, input.params.id);
      return fileOf(ctx, input.params.id);
    },
  }),
  apiRoute({
    method: "post",
    path: "/messages/{id}/resolution",
    tag: "messages",
    summary: "Say what became of an uncertain message",
    description: "sent: it arrived. requeue: send it again. failed: it did not arrive, and is left at that.",
    permission: "outreach:write",
    params,
    body: resolveMessageCommand,
    answer: messageFile,
    handler: async (ctx, input) => {
      await settleMessage(ctx, input.params.id, input.given);
      return fileOf(ctx, input.params.id);
    },
  }),
];

function messageOf(line: MessageLine): z.input<typeof message> {
  return {
    id: line.id,
    status: line.state,
    status_reason: line.reason,
    purpose: line.purpose,
    subject: line.subject,
    to_email: line.toEmail,
    to_name: line.toName,
    letter: line.letterSlug,
    organisation_id: line.organisationId,
    contact_id: line.contactId,
    mailing_id: line.mailingId,
    attempts: line.attempts,
    due_at: line.dueAt,
    created_at: line.createdAt,
    sending_at: line.sendingAt,
    finished_at: line.finishedAt,
  };
}

async function fileOf(
  ctx: Parameters<typeof readMessage>[0],
  messageId: string,
): Promise<z.input<typeof messageFile>> {
  const read = await readMessage(ctx, messageId);
  return {
    ...messageOf(read),
    message_id: read.messageId,
    language: read.language,
    body_text: read.bodyText?.replace(/\[\[link:[0-9a-f-]{36}\]\]/g, "[personal link]") ?? null,
    smtp_reply: read.smtpReply,
    events: read.events.map(({ at, kind, detail }) => ({
      at,
      status: kind,
      reason: typeof detail["reason"] === "string" ? detail["reason"] : null,
    })),
  };
}
