import { z } from "zod";
import { createInvitationCommand, invitationQuery } from "../../domain/invitations/commands.js";
import { createInvitation } from "../../domain/invitations/service.js";
import { listInvitations, type InvitationLine } from "../../domain/invitations/views.js";
import { apiRoute, listOf, time, type ApiRoute } from "./frame.js";

const invitation = z
  .object({
    id: z.uuid(),
    letter: z.string(),
    organisation_id: z.uuid(),
    organisation: z.string(),
    contact_id: z.uuid(),
    answer: z.enum(["signature", "pledge", "decline", "wrong_contact", "left_company"]).nullable(),
    answered_at: time().nullable(),
    created_at: time(),
    revoked_at: time().nullable(),
  })
  .meta({ id: "Invitation", description: "One letter, one contact, one standing personal link." });

function show(line: InvitationLine) {
  return {
    id: line.id,
    letter: line.letterSlug,
    organisation_id: line.organisationId,
    organisation: line.organisationName,
    contact_id: line.contactId,
    answer: line.answer,
    answered_at: line.answeredAt,
    created_at: line.createdAt,
    revoked_at: line.revokedAt,
  };
}

/** Personal links by script. */
export const invitationApi: ApiRoute[] = [
  apiRoute({
    method: "post",
    path: "/invitations",
    tag: "invitations",
    summary: "Give a contact a personal link to a letter",
    description: "A contact has one link a letter: asking again returns the same one.",
    permission: "invitations:write",
    body: createInvitationCommand,
    answer: z.object({ id: z.uuid(), link: z.url() }),
    status: 201,
    handler: async (ctx, { given }) => {
      const { id, address } = await createInvitation(ctx, given);
      return { id, link: address };
    },
  }),
  apiRoute({
    method: "get",
    path: "/invitations",
    tag: "invitations",
    summary: "List invitations, newest first",
    description: "The links themselves are not listed; they are secret.",
    permission: "organisations:read",
    query: invitationQuery,
    answer: listOf(invitation),
    handler: async (ctx, { query }) => {
      const { organisation_id, ...rest } = query;
      const { items, next } = await listInvitations(ctx, { ...rest, organisationId: organisation_id });
      return { items: items.map(show), next };
    },
  }),
];
