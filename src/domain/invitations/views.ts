import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import type { InvitationAnswer } from "./invitation.js";

/** How many have signed, in public and by name: all, of one sector, of one country, and a few of the newest names. */
export interface SignedSoFar {
  all: number;
  sector: number;
  country: number;
  names: string[];
}

/** Counts of published signatures for the side of a personal page. */
export async function signedSoFar(
  ctx: Ctx,
  letterId: string,
  organisation: { sector: string; country: string | null } | undefined,
): Promise<SignedSoFar> {
  const published = () =>
    ctx.db("signatures").where({
      letter_id: letterId,
      state: "published",
      visibility: "public",
      kind: "signature",
    });
  const counts = (await published()
    .select(ctx.db.raw("count(*)::int as all"))
    .select(ctx.db.raw("(count(*) filter (where sector = ?))::int as sector", [organisation?.sector ?? ""]))
    .select(
      ctx.db.raw("(count(*) filter (where country = ?))::int as country", [organisation?.country ?? ""]),
    )
    .first()) as { all: number; sector: number; country: number };
  const names = await published()
    .orderBy("published_at", "desc")
    .orderBy("id")
    .limit(4)
    .pluck("display_name");
  return { ...counts, names: names as string[] };
}

/** Who was invited, as far as the personal page shows it. */
export interface Invitee {
  organisationId: string;
  organisationName: string;
  country: string | null;
  sector: string;
  domain: string | null;
  contactId: string;
  contactName: string | null;
  contactTitle: string | null;
  contactEmail: string | null;
  contactHash: Buffer | null;
  contactLanguage: string | null;
}

interface InviteeRow {
  organisation_id: string;
  organisation_name: string;
  country: string | null;
  sector: string;
  domain: string | null;
  contact_id: string;
  contact_name: string | null;
  contact_title: string | null;
  contact_email: string | null;
  address_hash: Buffer | null;
  language: string | null;
}

/** The organisation and contact behind an invitation. */
export async function inviteeOf(ctx: Ctx, invitationId: string): Promise<Invitee | undefined> {
  const row = (await ctx
    .db("invitations as i")
    .join("organisations as o", "o.id", "i.organisation_id")
    .join("contacts as c", "c.id", "i.contact_id")
    .where("i.id", invitationId)
    .select("o.id as organisation_id", "o.name as organisation_name", "o.country", "o.sector", "o.domain")
    .select(
      "c.id as contact_id",
      "c.name as contact_name",
      "c.title as contact_title",
      "c.email as contact_email",
    )
    .select("c.address_hash", "c.language")
    .first()) as InviteeRow | undefined;
  return (
    row && {
      organisationId: row.organisation_id,
      organisationName: row.organisation_name,
      country: row.country,
      sector: row.sector,
      domain: row.domain,
      contactId: row.contact_id,
      contactName: row.contact_name,
      contactTitle: row.contact_title,
      contactEmail: row.contact_email,
      contactHash: row.address_hash,
      contactLanguage: row.language,
    }
  );
}

/** An invitation as lists and the dossier show it; never its secret. */
export interface InvitationLine {
  id: string;
  letterId: string;
  letterSlug: string;
  organisationId: string;
  organisationName: string;
  contactId: string;
  contactName: string | null;
  answer: InvitationAnswer | null;
  answeredAt: Date | null;
  createdAt: Date;
  revokedAt: Date | null;
}

interface LineRow {
  id: string;
  letter_id: string;
  letter_slug: string;
  organisation_id: string;
  organisation_name: string;
  contact_id: string;
  contact_name: string | null;
  answer: InvitationAnswer | null;
  answered_at: Date | null;
  created_at: Date;
  revoked_at: Date | null;
}

function lines(ctx: Ctx) {
  return ctx
    .db("invitations as i")
    .join("letters as l", "l.id", "i.letter_id")
    .join("organisations as o", "o.id", "i.organisation_id")
    .join("contacts as c", "c.id", "i.contact_id")
    .join("links as k", "k.id", "i.link_id")
    .select(
      "i.*",
      "l.slug as letter_slug",
      "o.name as organisation_name",
      "c.name as contact_name",
      "k.revoked_at",
    )
    .orderBy([
      { column: "i.created_at", order: "desc" },
      { column: "i.id", order: "desc" },
    ]);
}

function toLine(row: LineRow): InvitationLine {
  return {
    id: row.id,
    letterId: row.letter_id,
    letterSlug: row.letter_slug,
    organisationId: row.organisation_id,
    organisationName: row.organisation_name,
    contactId: row.contact_id,
    contactName: row.contact_name,
    answer: row.answer,
    answeredAt: row.answered_at,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
  };
}

/** Invitations, newest first, a page at a time. The caller checks who may see them. */
export async function listInvitations(
  ctx: Ctx,
  filter: {
    letter?: string | undefined;
    organisationId?: string | undefined;
    cursor?: string | undefined;
    limit: number;
  },
): Promise<Page<InvitationLine>> {
  const query = lines(ctx).limit(filter.limit + 1);
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.organisationId) void query.where("i.organisation_id", filter.organisationId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(i.created_at, i.id) < (?, ?)", [start.at, start.id]);
  const rows = (await query) as LineRow[];
  const items = rows.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(toLine),
    next: rows.length > filter.limit && last ? writeCursor(last.created_at, last.id) : null,
  };
}
