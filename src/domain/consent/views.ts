import type { Ctx } from "../../platform/context.js";
import { placeholdersIn } from "../links/link.js";
import type { LawfulBasis } from "../organisations/contact.js";
import type { FirstContact } from "./first-contact.js";

/** Whom a mail went to, and on whose behalf: what an unsubscribe link stands for. */
export interface MailRecipient {
  messageId: string;
  addressHash: Buffer;
  contactId: string | null;
  organisationId: string | null;
  letterId: string | null;
  sponsorName: string | null;
  language: string;
  /** The mail told those who signed how their letter goes: its way to stop is for this letter only. */
  letterOnly: boolean;
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
      ctx.db.raw("m.data->>'unsubscribe_scope' as scope"),
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
    letterOnly: row["scope"] === "letter",
  };
}

/** What a person sees of what we hold on them, and in whose name they were written to. */
export interface PreferenceFacts extends MailRecipient {
  sponsorAddress: string | null;
  sponsorEmail: string | null;
  letterSlug: string | null;
  letterState: string | null;
  letterTitle: string | null;
  organisationName: string | null;
  /** Undefined once the contact has been erased, or has another address than the mail went to. */
  contact: { language: string | null; basis: LawfulBasis; source: string; sourceAt: Date } | undefined;
  /** The id of the link to answer with that stands in the same mail. */
  invitationLinkId: string | null;
}

/** What the page of preferences shows for a mail; undefined for an unknown message. */
export async function preferenceFacts(ctx: Ctx, messageId: string): Promise<PreferenceFacts | undefined> {
  const recipient = await recipientOf(ctx, messageId);
  if (!recipient) return undefined;
  const row = (await ctx
    .db("messages as m")
    .leftJoin("letters as l", "l.id", "m.letter_id")
    .leftJoin("organisations as o", "o.id", "m.organisation_id")
    .leftJoin("contacts as c", (on) => {
      on.on("c.id", "m.contact_id").andOn("c.address_hash", "m.address_hash");
    })
    .where("m.id", messageId)
    .first(
      "l.slug",
      "l.state",
      "l.sponsor_address",
      "l.sponsor_email",
      "o.name as organisation_name",
      "c.id as contact_id",
      "c.language",
      "c.lawful_basis",
      "c.source",
      "c.source_at",
      ctx.db.raw("m.data->>'invitation' as invitation"),
      ctx.db.raw(
        `(select t.title from letter_translations t join letter_versions v on v.id = t.version_id where v.letter_id = l.id
          order by v.number desc, (t.language = m.language) desc, (t.language = l.default_language) desc limit 1) as title`,
      ),
    )) as Record<string, string | null> & { source_at: Date };
  return {
    ...recipient,
    sponsorAddress: row["sponsor_address"] ?? null,
    sponsorEmail: row["sponsor_email"] ?? null,
    letterSlug: row["slug"] ?? null,
    letterState: row["state"] ?? null,
    letterTitle: row["title"] ?? null,
    organisationName: row["organisation_name"] ?? null,
    contact: row["contact_id"]
      ? {
          language: row["language"] ?? null,
          basis: row["lawful_basis"] as LawfulBasis,
          source: row["source"] ?? "",
          sourceAt: row.source_at,
        }
      : undefined,
    invitationLinkId: placeholdersIn(row["invitation"] ?? "")[0] ?? null,
  };
}

/** A country's rule as staff set it. */
export interface SetPolicyLine {
  country: string;
  role: FirstContact;
  person: FirstContact;
  why: string;
  source: string;
  changed_at: Date;
  changed_by: string | null;
}

/** The rules that staff set, with who did. */
export async function setPolicies(ctx: Ctx): Promise<SetPolicyLine[]> {
  return (await ctx
    .db("country_policies as p")
    .leftJoin("staff as f", "f.id", "p.changed_by")
    .select(
      "p.country",
      "p.first_contact as role",
      "p.first_contact_person as person",
      "p.why",
      "p.source",
      "p.changed_at",
      "f.name as changed_by",
    )) as SetPolicyLine[];
}

/** Contacts that are written to and whose basis was last looked at before a moment, the oldest first. */
export async function oldBases(
  ctx: Ctx,
  before: Date,
  limit: number,
  withoutTask = false,
): Promise<OldBasis[]> {
  const query = ctx
    .db("contacts as c")
    .join("organisations as o", "o.id", "c.organisation_id")
    .where("c.status", "active")
    .whereNotNull("c.email")
    .whereNot("c.lawful_basis", "consent")
    .whereNull("c.basis_ended_at")
    .whereRaw("coalesce(c.basis_checked_at, c.source_at) < ?", [before])
    // Asked for each contact by index: few bases are old, and all suppressions would be read for them.
    .whereRaw(
      "not coalesce((select true from suppressions s where s.address_hash = c.address_hash and s.letter_id is null limit 1), false)",
    )
    .orderByRaw("coalesce(c.basis_checked_at, c.source_at), c.id")
    .limit(limit)
    .select(
      "c.id",
      "c.organisation_id",
      "o.name as organisation_name",
      "c.name",
      "c.email",
      "c.lawful_basis",
      "c.source",
      "c.source_at",
      "c.basis_checked_at",
      "c.basis_ended_at",
    );
  if (withoutTask) {
    void query.whereRaw(
      "not exists (select 1 from tasks t where t.kind = 'recheck_basis' and t.subject_id = c.id and t.created_at > coalesce(c.basis_checked_at, c.source_at))",
    );
  }
  return (await query) as OldBasis[];
}

/** A contact whose basis grows old. */
export interface OldBasis {
  id: string;
  organisation_id: string;
  organisation_name: string;
  name: string | null;
  email: string;
  lawful_basis: LawfulBasis;
  source: string;
  source_at: Date;
  basis_checked_at: Date | null;
  basis_ended_at: Date | null;
}

/** The slugs of letters by their ids. */
export async function slugsOf(ctx: Ctx, letterIds: readonly string[]): Promise<Map<string, string>> {
  if (letterIds.length === 0) return new Map();
  const rows = (await ctx
    .db("letters")
    .whereIn("id", [...letterIds])
    .select("id", "slug")) as { id: string; slug: string }[];
  return new Map(rows.map(({ id, slug }) => [id, slug]));
}

/** The organisations that have a contact with this address; normally one. */
export async function organisationsAt(ctx: Ctx, addressHash: Buffer): Promise<string[]> {
  return ctx.db("contacts").where({ address_hash: addressHash }).distinct().pluck("organisation_id");
}
