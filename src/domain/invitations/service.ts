import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { gone, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { suppress } from "../consent/service.js";
import { ensureLink, linkAddress, makeLinks, openLink } from "../links/service.js";
import { findLetter } from "../letters/service.js";
import { getContact } from "../organisations/service.js";
import { requirePermission } from "../team/service.js";
import { createInvitationCommand } from "./commands.js";
import { mayAnswer, type AnswerVerdict, type InvitationAnswer } from "./invitation.js";
import {
  findInvitation,
  findInvitationOf,
  insertInvitations,
  listInvitationsTo,
  setAnswer,
  type InvitationRow,
} from "./store.js";
import { letterToAnswer, type LetterToAnswer } from "./letter-service.js";
import { inviteeOf, type Invitee } from "./views.js";

/**
 * The one standing invitation of a contact to a letter, made if there is none. Throws not_found for an unknown contact.
 * Two callers at once get the same one.
 */
export async function ensureInvitation(
  ctx: Ctx,
  letterId: string,
  contactId: string,
): Promise<{ id: string; linkId: string }> {
  const standing = await findInvitationOf(ctx.db, letterId, contactId);
  if (standing) return { id: standing.id, linkId: standing.link_id };
  const { organisation_id: organisationId } = await getContact(ctx, contactId);
  const made = await ensureInvitations(ctx, letterId, [{ contactId, organisationId }]);
  const invitation = made.get(contactId);
  if (!invitation) throw notFound("invitation.unknown");
  return invitation;
}

/** The standing invitations of many contacts to a letter, by contact; those that are missing are made. */
export async function ensureInvitations(
  ctx: Ctx,
  letterId: string,
  contacts: readonly { contactId: string; organisationId: string }[],
): Promise<Map<string, { id: string; linkId: string }>> {
  return transaction(ctx, async (tx) => {
    const ids = contacts.map((contact) => contact.contactId);
    const standing = await invitationsTo(tx, letterId, ids);
    const missing = contacts.filter((contact) => !standing.has(contact.contactId));
    if (missing.length === 0) return standing;
    await addInvitations(tx, letterId, missing);
    // Read again: somebody else may have made some of them a moment ago.
    return invitationsTo(tx, letterId, ids);
  });
}

async function invitationsTo(ctx: Ctx, letterId: string, contactIds: readonly string[]) {
  const rows = await listInvitationsTo(ctx.db, letterId, contactIds);
  return new Map(rows.map((row) => [row.contact_id, { id: row.id, linkId: row.link_id }]));
}

/** Adds invitations with their links, in the order of the contacts, so that two callers at once don't wait in a circle. */
async function addInvitations(
  ctx: Ctx,
  letterId: string,
  contacts: readonly { contactId: string; organisationId: string }[],
): Promise<void> {
  const invited = [...new Map(contacts.map((contact) => [contact.contactId, contact])).values()]
    .sort((a, b) => (a.contactId < b.contactId ? -1 : 1))
    .map((contact) => ({ ...contact, id: newId(ctx.clock) }));
  const links = await makeLinks(
    ctx,
    "invitation",
    invited.map(({ id }) => id),
  );
  const rows = invited.map(({ id, contactId, organisationId }) => ({
    id,
    letter_id: letterId,
    organisation_id: organisationId,
    contact_id: contactId,
    link_id: links.get(id)?.id ?? "",
    answer: null,
    answered_at: null,
    created_at: ctx.clock.now(),
  }));
  const added = await insertInvitations(ctx.db, rows);
  const acts = invited.flatMap(({ id, contactId, organisationId }) =>
    added.has(id) ? [{ action: "invitation.made", letterId, organisationId, contactId, subjectId: id }] : [],
  );
  await record(ctx, ...acts);
}

/** Staff or a script asks for the personal link of a contact to a letter, and gets its address. */
export async function createInvitation(
  ctx: Ctx,
  input: z.input<typeof createInvitationCommand>,
): Promise<{ id: string; address: string }> {
  requirePermission(ctx, "invitations:write");
  const command = parse(createInvitationCommand, input);
  const letter = await findLetter(ctx, command.letter);
  return transaction(ctx, async (tx) => {
    const invitation = await ensureInvitation(tx, letter.id, command.contact_id);
    const link = await ensureLink(tx, "invitation", invitation.id);
    return { id: invitation.id, address: linkAddress(tx, link) };
  });
}

/** An invitation as its holder meets it. */
export interface OpenInvitation {
  invitation: InvitationRow;
  letter: LetterToAnswer;
  invitee: Invitee;
  /** Whether the letter takes answers now. */
  verdict: AnswerVerdict;
}

/**
 * Opens a personal link to look; changes nothing. `language` is what the reader asks for; without it the contact's own
 * counts. Throws not_found for a secret we never gave out, gone for one that was revoked.
 */
export async function openInvitation(ctx: Ctx, token: string, language?: string): Promise<OpenInvitation> {
  const { link, verdict } = await openLink(ctx, "invitation", token);
  if (verdict === "expired" || verdict === "revoked") throw gone(`link.${verdict}`);
  const invitation = await findInvitation(ctx.db, link.subjectId);
  const invitee = invitation && (await inviteeOf(ctx, invitation.id));
  if (!invitation || !invitee) throw notFound("link.unknown");
  const letter = await letterToAnswer(
    ctx,
    invitation.letter_id,
    language ?? invitee.contactLanguage ?? undefined,
  );
  return { invitation, letter, invitee, verdict: mayAnswer(letter, "invitation", ctx.clock.now()) };
}

/** Notes what a contact answered last; belongs in the transaction of the answer. */
export async function noteAnswer(ctx: Ctx, invitationId: string, answer: InvitationAnswer): Promise<void> {
  await setAnswer(ctx.db, invitationId, answer, ctx.clock.now());
}

/** The holder of a personal link asks never to be written to again, about any letter; doing it again changes nothing. */
export async function stopWriting(ctx: Ctx, token: string): Promise<void> {
  const { invitation, invitee } = await openInvitation(ctx, token);
  if (!invitee.contactHash) return;
  await suppress(ctx, {
    addressHash: invitee.contactHash,
    reason: "unsubscribed",
    source: "personal link",
    organisationId: invitation.organisation_id,
    contactId: invitation.contact_id,
  });
}
