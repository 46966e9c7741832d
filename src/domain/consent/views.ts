import type { Ctx } from "../../platform/context.js";

/** Whom a mail went to, and on whose behalf: what an unsubscribe link stands for. */
export interface MailRecipient {
  messageId: string;
  addressHash: Buffer;
  contactId: string | null;
  organisationId: string | null;
  letterId: string | null;
  sponsorName: string | null;
  language: string;
}

/** The recipient of a message. */
export async function recipientOf(ctx: Ctx, messageId: string): Promise<MailRecipient | undefined> {
  const row: Record<string, unknown> | undefined = await ctx
    .db("messages as m")
    .leftJoin("letters as l", "l.id", "m.letter_id")
    .where("m.id", messageId)
    .first(
      "m.id",
      "m.address_hash",
      "m.contact_id",
      "m.organisation_id",
      "m.letter_id",
      "m.language",
      "l.sponsor_name",
    );
  if (!row) return undefined;
  return {
    messageId: row["id"] as string,
    addressHash: row["address_hash"] as Buffer,
    contactId: row["contact_id"] as string | null,
    organisationId: row["organisation_id"] as string | null,
    letterId: row["letter_id"] as string | null,
    sponsorName: row["sponsor_name"] as string | null,
    language: row["language"] as string,
  };
}

/** The organisations that have a contact with this address; normally one. */
export async function organisationsAt(ctx: Ctx, addressHash: Buffer): Promise<string[]> {
  return ctx.db("contacts").where({ address_hash: addressHash }).distinct().pluck("organisation_id");
}
