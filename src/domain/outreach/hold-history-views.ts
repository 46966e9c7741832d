/** What was said about holds, also about those that have ended. */
import type { Ctx } from "../../platform/context.js";
import type { HoldScope } from "./hold.js";

/** A hold with its end. */
export interface PastHold {
  id: string;
  scope: HoldScope;
  subjectId: string;
  /** The contact's name where it lies on one. */
  contactName: string | null;
  reason: string | null;
  until: Date | null;
  by: string | null;
  createdAt: Date;
  endedBy: string | null;
  endedAt: Date | null;
}

/** Every hold that lay or lies on some things, newest first. The caller checks who may see them. */
export async function holdHistory(ctx: Ctx, subjectIds: readonly string[]): Promise<PastHold[]> {
  return (await ctx
    .db("outreach_holds as h")
    .leftJoin("staff as f", "f.id", "h.created_by")
    .leftJoin("staff as g", "g.id", "h.ended_by")
    .leftJoin("contacts as c", (join) => {
      join.on("c.id", "h.subject_id").andOnVal("h.scope", "contact");
    })
    .whereIn("h.subject_id", [...subjectIds])
    .orderByRaw("h.created_at desc, h.id desc")
    .limit(50)
    .select(
      "h.id",
      "h.scope",
      "h.subject_id as subjectId",
      "h.reason",
      "h.until",
      "f.name as by",
      "h.created_at as createdAt",
      "g.name as endedBy",
      "h.ended_at as endedAt",
      ctx.db.raw(`coalesce(c.name, c.email) as "contactName"`),
    )) as PastHold[];
}

/** The name of what a hold would lie on, and the organisation it belongs to; undefined when it is not there. */
export async function holdName(
  ctx: Ctx,
  scope: HoldScope,
  id: string,
): Promise<{ name: string; organisationId: string | null; slug: string | null } | undefined> {
  const { from, name, organisation, slug } = NAMES[scope];
  const result = await ctx.db.raw<{
    rows: { name: string; organisationId: string | null; slug: string | null }[];
  }>(
    `select ${name} as name, ${organisation} as "organisationId", ${slug} as slug from ${from} x where x.id = ?`,
    [id],
  );
  return result.rows[0];
}

const NONE = "null::uuid";
const NAMES: Record<HoldScope, { from: string; name: string; organisation: string; slug: string }> = {
  contact: {
    from: "contacts",
    name: "coalesce(x.name, x.email, 'a contact')",
    organisation: "x.organisation_id",
    slug: "null",
  },
  organisation: { from: "organisations", name: "x.name", organisation: "x.id", slug: "null" },
  sequence: { from: "sequences", name: "x.name", organisation: NONE, slug: "null" },
  mailbox: { from: "mailboxes", name: "x.name", organisation: NONE, slug: "null" },
  letter: { from: "letters", name: "x.slug", organisation: NONE, slug: "x.slug" },
};
