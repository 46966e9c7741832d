import { z } from "zod";
import { CLASSES } from "../../domain/classification/classification.js";
import { HEAPS, handleCommand, mailClass } from "../../domain/inbound/commands.js";
import { browseInbound, handleInbound, readInbound } from "../../domain/inbound/desk-service.js";
import { MATCH_KINDS } from "../../domain/inbound/match.js";
import type { InboundDetail, InboundLine } from "../../domain/inbound/views.js";
import type { Ctx } from "../../platform/context.js";
import { id, optional } from "../../platform/schema.js";
import { apiRoute, listOf, listQuery, time, type ApiRoute } from "./frame.js";

const inbound = z
  .object({
    id: z.uuid(),
    class: z.enum(CLASSES),
    subject: z.string(),
    from_name: z.string().nullable(),
    from_email: z.string().nullable(),
    organisation_id: z.uuid().nullable(),
    contact_id: z.uuid().nullable(),
    message_id: z.uuid().nullable(),
    letter: z.string().nullable(),
    matched_by: z.enum(MATCH_KINDS).nullable(),
    received_at: time(),
    handled_at: time().nullable(),
  })
  .meta({ id: "InboundMail", description: "A mail that came in, and what it was taken for." });

const inboundFile = inbound
  .extend({
    text: z.string(),
    recipients: z.array(
      z.object({ address: z.string(), status: z.string(), reason: z.string(), class: z.enum(CLASSES) }),
    ),
    auto_reply: z.object({ kind: z.string(), until: z.string().nullable() }).nullable(),
    evidence: z.array(z.object({ rule: z.string(), saw: z.string() })),
    actions: z.array(z.object({ do: z.string(), at: z.string() })),
  })
  .meta({ id: "InboundMailFile" });

const params = z.object({ id: id() });

/** Incoming mail by script: what came, and that it has been dealt with. The raw mail is not among it. */
export const inboundApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/inbound",
    tag: "messages",
    summary: "Mail that came in",
    description: "heap: reading and unmatched give what waits, oldest first; all others newest first.",
    permission: "messages:read",
    query: listQuery({ heap: z.enum(HEAPS).default("all"), class: optional(mailClass) }),
    answer: listOf(inbound),
    handler: async (ctx, { query }) => {
      const { items, next } = await browseInbound(ctx, query);
      return { items: items.map(lineOf), next };
    },
  }),
  apiRoute({
    method: "get",
    path: "/inbound/{id}",
    tag: "messages",
    summary: "One incoming mail: what it says, what it was taken for and why",
    permission: "messages:read",
    params,
    answer: inboundFile,
    handler: (ctx, input) => fileOf(ctx, input.params.id),
  }),
  apiRoute({
    method: "post",
    path: "/inbound/{id}/handled",
    tag: "messages",
    summary: "Say that an incoming mail has been dealt with, or put it back to be read",
    permission: "outreach:write",
    params,
    body: handleCommand,
    answer: inboundFile,
    handler: async (ctx, input) => {
      await handleInbound(ctx, input.params.id, input.given);
      return fileOf(ctx, input.params.id);
    },
  }),
];

async function fileOf(ctx: Ctx, mailId: string): Promise<z.input<typeof inboundFile>> {
  return detailOf(await readInbound(ctx, mailId));
}

function lineOf(line: InboundLine): z.input<typeof inbound> {
  return {
    id: line.id,
    class: line.class,
    subject: line.subject,
    from_name: line.fromName,
    from_email: line.fromEmail,
    organisation_id: line.organisationId,
    contact_id: line.contactId,
    message_id: line.messageId,
    letter: line.letterSlug,
    matched_by: line.matchKind,
    received_at: line.receivedAt,
    handled_at: line.handledAt,
  };
}

function detailOf(detail: InboundDetail): z.input<typeof inboundFile> {
  const { recipients = [], autoReply, evidence = [] } = detail.understood;
  return {
    ...lineOf(detail),
    text: detail.replyText,
    recipients: recipients.map((each) => ({
      address: each.address,
      status: each.status,
      reason: each.reason,
      class: each.class,
    })),
    auto_reply: autoReply ? { kind: autoReply.kind, until: autoReply.until ?? null } : null,
    evidence: evidence.map(({ rule, saw }) => ({ rule, saw })),
    actions: detail.actions.map((step) => ({ do: step.do, at: step.at })),
  };
}
