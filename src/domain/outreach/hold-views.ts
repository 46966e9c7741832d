import type { Ctx } from "../../platform/context.js";
import type { HoldScope } from "./hold.js";

/** What a hold lies on, as far as locks and the record need it. */
export interface HoldSubject {
  organisationId: string | null;
  letterId: string | null;
}

const SUBJECTS: Record<HoldScope, { table: string; organisation: string | null; letter: string | null }> = {
  contact: { table: "contacts", organisation: "organisation_id", letter: null },
  organisation: { table: "organisations", organisation: "id", letter: null },
  sequence: { table: "sequences", organisation: null, letter: "letter_id" },
  letter: { table: "letters", organisation: null, letter: "id" },
  mailbox: { table: "mailboxes", organisation: null, letter: null },
};

/** The thing that a hold would lie on; undefined when it is not there. */
export async function holdSubject(ctx: Ctx, scope: HoldScope, id: string): Promise<HoldSubject | undefined> {
  const { table, organisation, letter } = SUBJECTS[scope];
  const row = (await ctx.db(table).where({ id }).first()) as Record<string, string | null> | undefined;
  if (!row) return undefined;
  return {
    organisationId: organisation ? (row[organisation] ?? null) : null,
    letterId: letter ? (row[letter] ?? null) : null,
  };
}

/** A hold as a list shows it. */
export interface HoldLine {
  id: string;
  scope: HoldScope;
  subjectId: string;
  /** What it lies on, by name. */
  subject: string | null;
  reason: string | null;
  until: Date | null;
  by: string | null;
  createdAt: Date;
}

const NAME = `case h.scope
  when 'contact' then (select coalesce(c.name, c.email) from contacts c where c.id = h.subject_id)
  when 'organisation' then (select o.name from organisations o where o.id = h.subject_id)
  when 'sequence' then (select q.name from sequences q where q.id = h.subject_id)
  when 'mailbox' then (select b.name from mailboxes b where b.id = h.subject_id)
  else (select l.slug from letters l where l.id = h.subject_id) end as subject`;

/** Holds that last, newest first. The caller checks who may see them. */
export async function listHolds(
  ctx: Ctx,
  filter: { scope?: HoldScope | undefined; subjectId?: string | undefined },
): Promise<HoldLine[]> {
  const query = ctx
    .db("outreach_holds as h")
    .leftJoin("staff as f", "f.id", "h.created_by")
    .whereNull("h.ended_at")
    .orderByRaw("h.created_at desc, h.id desc")
    .limit(500)
    .select(
      "h.id",
      "h.scope",
      "h.subject_id as subjectId",
      "h.reason",
      "h.until",
      "f.name as by",
      "h.created_at as createdAt",
      ctx.db.raw(NAME),
    );
  if (filter.scope) void query.where("h.scope", filter.scope);
  if (filter.subjectId) void query.where("h.subject_id", filter.subjectId);
  return (await query) as HoldLine[];
}

/** A contact whose mails wait because an automatic reply says that they are away. */
export interface AwayLine {
  contactId: string;
  who: string;
  organisationId: string;
  organisationName: string;
  until: Date | null;
}

/** Those who are away, the one who is back first on top. The caller checks who may see them. */
export async function listAway(ctx: Ctx): Promise<AwayLine[]> {
  return (await ctx
    .db("enrolments as e")
    .join("contacts as c", "c.id", "e.contact_id")
    .join("organisations as o", "o.id", "c.organisation_id")
    .where({ "e.state": "paused", "e.state_reason": "out_of_office" })
    .groupBy("c.id", "o.id")
    .orderByRaw("max(e.paused_until) nulls last, o.name")
    .limit(500)
    .select(
      "c.id as contactId",
      ctx.db.raw("coalesce(c.name, c.email) as who"),
      "o.id as organisationId",
      "o.name as organisationName",
      ctx.db.raw("max(e.paused_until) as until"),
    )) as AwayLine[];
}
