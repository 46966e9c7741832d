import type { Db } from "../../platform/db.js";
import type { InvitationAnswer } from "./invitation.js";

/** An invitation as kept: one letter, one contact, one standing link. */
export interface InvitationRow {
  id: string;
  letter_id: string;
  organisation_id: string;
  contact_id: string;
  link_id: string;
  answer: InvitationAnswer | null;
  answered_at: Date | null;
  created_at: Date;
}

/** Adds invitations, 500 in a statement; those of contacts who have one for the letter are left away. Returns the ids added. */
export async function insertInvitations(db: Db, rows: readonly InvitationRow[]): Promise<Set<string>> {
  const added = new Set<string>();
  for (let start = 0; start < rows.length; start += 500) {
    const inserted = await db<InvitationRow>("invitations")
      .insert(rows.slice(start, start + 500))
      .onConflict(["letter_id", "contact_id"])
      .ignore()
      .returning("id");
    for (const { id } of inserted) added.add(id);
  }
  return added;
}

/** The invitation of a contact to a letter. */
export async function findInvitationOf(
  db: Db,
  letterId: string,
  contactId: string,
): Promise<InvitationRow | undefined> {
  return db<InvitationRow>("invitations").where({ letter_id: letterId, contact_id: contactId }).first();
}

/** The invitations of some contacts to a letter. */
export async function listInvitationsTo(
  db: Db,
  letterId: string,
  contactIds: readonly string[],
): Promise<InvitationRow[]> {
  return db<InvitationRow>("invitations")
    .where({ letter_id: letterId })
    .whereRaw("contact_id = any (?::uuid[])", [[...contactIds]]);
}

/** An invitation by its id. */
export async function findInvitation(db: Db, id: string): Promise<InvitationRow | undefined> {
  return db<InvitationRow>("invitations").where({ id }).first();
}

/** Notes what was answered last. */
export async function setAnswer(db: Db, id: string, answer: InvitationAnswer, at: Date): Promise<void> {
  await db<InvitationRow>("invitations").where({ id }).update({ answer, answered_at: at });
}

/** The ids of all invitations of a contact. */
export async function listInvitationsOfContact(db: Db, contactId: string): Promise<string[]> {
  return db("invitations").where({ contact_id: contactId }).pluck("id");
}
