import type { Ctx } from "../../platform/context.js";
import { readCursor, writeCursor } from "../../platform/cursor.js";
import type { Page } from "../../platform/schema.js";
import { evidenceOf, type Evidence, type EvidenceFact } from "./evidence.js";
import type { Cause, SignatureState } from "./signature.js";
import type { SignatureRow } from "./store.js";

/** A signature as lists and the dossier show it, with what was checked. */
export interface SignatureLine extends SignatureRow {
  letterSlug: string;
  organisationName: string;
  organisationDomain: string | null;
  invitedName: string | null;
  evidence: Evidence;
}

interface Row extends SignatureRow {
  letter_slug: string;
  organisation_name: string;
  organisation_domain: string | null;
  invited_name: string | null;
  invited_email: string | null;
  evidence: EvidenceFact[];
  domain_rows: { domain: string; confirmedAt: string }[];
}

/** The rows of evidence of a signature `s` as the rules ask about them, in a column `evidence`. */
export const EVIDENCE_FACTS = `(select coalesce(json_agg(json_build_object('kind', e.kind, 'staffId', e.staff_id, 'place', f.place)), '[]')
  from signature_evidence e left join signature_officers f on f.id = e.officer_id
 where e.signature_id = s.id) as evidence`;

const DOMAINS = `(select coalesce(json_agg(json_build_object('domain', d.domain, 'confirmedAt', d.confirmed_at)), '[]')
  from organisation_domains d
 where d.organisation_id = s.organisation_id and d.retired_at is null) as domain_rows`;

function rows(ctx: Ctx) {
  return ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .leftJoin("organisations as o", "o.id", "s.organisation_id")
    .leftJoin("invitations as i", "i.id", "s.invitation_id")
    .leftJoin("contacts as c", "c.id", "i.contact_id")
    .select("s.*", "l.slug as letter_slug", "o.domain as organisation_domain")
    .select(ctx.db.raw("coalesce(o.name, s.display_name) as organisation_name"))
    .select("c.name as invited_name", "c.email as invited_email")
    .select(ctx.db.raw(EVIDENCE_FACTS), ctx.db.raw(DOMAINS))
    .select(ctx.db.raw("to_char(s.condition_deadline, 'YYYY-MM-DD') as condition_deadline"));
}

function toLine({ letter_slug, organisation_name, organisation_domain, ...row }: Row): SignatureLine {
  const { invited_name, invited_email, evidence, domain_rows, ...signature } = row;
  return {
    ...signature,
    letterSlug: letter_slug,
    organisationName: organisation_name,
    organisationDomain: organisation_domain,
    invitedName: invited_name,
    evidence: evidenceOf({
      signatoryEmail: signature.signatory_email,
      confirmedAt: signature.confirmed_at,
      acceptedAt: signature.accepted_at,
      submittedAt: signature.submitted_at,
      domains: domain_rows.map(({ domain, confirmedAt }) => ({
        domain,
        confirmedAt: new Date(confirmedAt),
        retiredAt: null,
      })),
      rows: evidence,
      joint: signature.second_email !== null,
      invited: signature.invitation_id !== null,
      invitedEmail: invited_email,
    }),
  };
}

/** Signatures by their ids, in no order. The caller checks who may see them. */
export async function linesOf(ctx: Ctx, ids: readonly string[]): Promise<SignatureLine[]> {
  const found = (await rows(ctx).whereIn("s.id", [...ids])) as Row[];
  return found.map(toLine);
}

/** How many signatures wait for a reviewer, and how many for their signatory's confirmation. */
export async function reviewCounts(ctx: Ctx): Promise<{ waiting: number; unconfirmed: number }> {
  const row = (await ctx
    .db("signatures")
    .whereIn("state", ["in_review", "submitted"])
    .select(ctx.db.raw("(count(*) filter (where state = 'in_review'))::int as waiting"))
    .select(ctx.db.raw("(count(*) filter (where state = 'submitted'))::int as unconfirmed"))
    .first()) as { waiting: number; unconfirmed: number } | undefined;
  return row ?? { waiting: 0, unconfirmed: 0 };
}

/** Newest decisions, for the foot of the review queue. */
export async function recentDecisions(ctx: Ctx, limit = 10): Promise<SignatureLine[]> {
  const found = (await rows(ctx)
    .whereNotNull("s.reviewed_by")
    .orderByRaw("coalesce(s.accepted_at, s.confirmed_at, s.submitted_at) desc, s.id desc")
    .limit(limit)) as Row[];
  return found.map(toLine);
}

/** One signature with what was checked; undefined if there is none. */
export async function signatureDetail(ctx: Ctx, id: string): Promise<SignatureLine | undefined> {
  const row = (await rows(ctx).where("s.id", id).first()) as Row | undefined;
  return row && toLine(row);
}

/** A step of a signature as its page shows it. */
export interface HistoryLine {
  at: Date;
  from: SignatureState | null;
  to: SignatureState;
  cause: Cause | "submitted";
  actorKind: string;
  actorName: string | null;
}

/** Everything that happened to a signature, newest first. */
export async function historyOf(ctx: Ctx, signatureId: string): Promise<HistoryLine[]> {
  const found = (await ctx
    .db("signature_history as h")
    .leftJoin("staff as p", "p.id", "h.actor_id")
    .where("h.signature_id", signatureId)
    .orderBy("h.at", "desc")
    .orderBy("h.id", "desc")
    .select("h.*", "p.name as actor_name")) as {
    at: Date;
    from_state: SignatureState | null;
    to_state: SignatureState;
    cause: Cause | "submitted";
    actor_kind: string;
    actor_name: string | null;
  }[];
  return found.map((row) => ({
    at: row.at,
    from: row.from_state,
    to: row.to_state,
    cause: row.cause,
    actorKind: row.actor_kind,
    actorName: row.actor_name,
  }));
}

/** The live signature of an organisation under a letter, if any, for the page of its invitation. */
export async function liveSignatureOf(
  ctx: Ctx,
  letterId: string,
  organisationId: string,
): Promise<SignatureLine | undefined> {
  const row = (await rows(ctx)
    .where({ "s.letter_id": letterId, "s.organisation_id": organisationId })
    .whereNotIn("s.state", ["expired", "rejected", "invalidated", "withdrawn", "rescinded", "superseded"])
    .orderByRaw("s.state in ('submitted', 'parked'), s.submitted_at desc")
    .first()) as Row | undefined;
  return row && toLine(row);
}

/** Who signed in public for the whole group above an organisation, and when that was published; undefined if nobody did. */
export async function publicCoverOf(
  ctx: Ctx,
  letterId: string,
  organisationId: string,
): Promise<{ parent: string; since: Date } | undefined> {
  const row = (await ctx
    .db("signatures as s")
    .whereRaw("s.id = covering_signature(?, ?)", [letterId, organisationId])
    .where("s.visibility", "public")
    .whereIn("s.state", ["published", "needs_reaffirmation"])
    .first("s.display_name", "s.published_at")) as { display_name: string; published_at: Date } | undefined;
  return row && { parent: row.display_name, since: row.published_at };
}

/** Which signatures to list. */
export interface SignatureFilter {
  letter?: string | undefined;
  status?: SignatureState | undefined;
  organisationId?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Signatures, newest first, a page at a time. The caller checks who may see them. */
export async function listSignatures(ctx: Ctx, filter: SignatureFilter): Promise<Page<SignatureLine>> {
  const query = rows(ctx)
    .orderBy("s.submitted_at", "desc")
    .orderBy("s.id", "desc")
    .limit(filter.limit + 1);
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.status) void query.where("s.state", filter.status);
  if (filter.organisationId) void query.where("s.organisation_id", filter.organisationId);
  const start = readCursor(filter.cursor);
  if (start) void query.whereRaw("(s.submitted_at, s.id) < (?, ?)", [start.at, start.id]);
  const found = (await query) as Row[];
  const items = found.slice(0, filter.limit);
  const last = items.at(-1);
  return {
    items: items.map(toLine),
    next: found.length > filter.limit && last ? writeCursor(last.submitted_at, last.id) : null,
  };
}

/** How many confirmation mails that the public page asked for were queued for an address since a moment. */
export async function publicConfirmationsSince(ctx: Ctx, addressHash: Buffer, since: Date): Promise<number> {
  const row = (await ctx
    .db("messages")
    .where({ address_hash: addressHash, template: "signature-confirm" })
    .whereRaw("data ->> 'door' is distinct from 'invitation'")
    .where("created_at", ">", since)
    .select(ctx.db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}
