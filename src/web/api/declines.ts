import { z } from "zod";
import { declineQuery, recordDeclineCommand } from "../../domain/declines/commands.js";
import { ASKS, ASK_AGAIN, DECLINE_CODES, DECLINE_SOURCES } from "../../domain/declines/decline-reason.js";
import { recordDecline } from "../../domain/declines/service.js";
import { listDeclines, type DeclineLine } from "../../domain/declines/views.js";
import { apiRoute, listOf, made, time, type ApiRoute } from "./frame.js";

const decline = z
  .object({
    id: z.uuid(),
    letter: z.string(),
    organisation_id: z.uuid(),
    organisation: z.string(),
    contact_id: z.uuid().nullable(),
    reason_code: z.enum(DECLINE_CODES),
    contributing: z.array(z.enum(DECLINE_CODES)),
    source: z.enum(DECLINE_SOURCES),
    said_by: z.string().nullable(),
    comment: z.string().nullable(),
    may_ask_again: z.enum(ASK_AGAIN),
    next_ask: z.enum(ASKS).nullable(),
    revisit_on: z.string().nullable(),
    decided_at: time(),
    created_at: time(),
    superseded_at: time().nullable(),
    row_version: z.int(),
  })
  .meta({
    id: "Decline",
    description: "An organisation's no, with its reasons. `superseded_at`: a later answer replaced it.",
  });

function show(line: DeclineLine): z.input<typeof decline> {
  return { ...line, letter: line.letterSlug, organisation: line.organisationName };
}

/** Declines by script: list, and record one that came by another way than the link. */
export const declineApi: ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/declines",
    tag: "declines",
    summary: "List declines, newest first",
    permission: "declines:read",
    query: declineQuery,
    answer: listOf(decline),
    handler: async (ctx, { query }) => {
      const { organisation_id, ...rest } = query;
      const { items, next } = await listDeclines(ctx, { ...rest, organisationId: organisation_id });
      return { items: items.map(show), next };
    },
  }),
  apiRoute({
    method: "post",
    path: "/declines",
    tag: "declines",
    summary: "Record a decline",
    description:
      "Replaces the standing one, which stays on record. Revisit date and next ask come from the reason unless given.",
    permission: "declines:write",
    body: recordDeclineCommand,
    answer: made,
    status: 201,
    handler: (ctx, { given }) => recordDecline(ctx, given),
  }),
];
