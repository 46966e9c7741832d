import type { Ctx } from "../../platform/context.js";

/** A report as staff read it. */
export interface EntryReport {
  id: string;
  entryName: string;
  letter: string;
  signatureId: string | null;
  signatureState: string | null;
  reporter: string;
  email: string;
  said: string;
  at: Date;
  confirmedAt: Date | null;
  suspendedAt: Date | null;
}

interface Row {
  id: string;
  entry_name: string;
  slug: string;
  signature_id: string | null;
  state: string | null;
  reporter_name: string | null;
  reporter_role: string | null;
  reporter_email: string | null;
  said: string | null;
  at: Date;
  confirmed_at: Date | null;
  suspended_at: Date | null;
}

/** Reports about entries, newest first; of one entry where it is named. The caller checks who may see them. */
export async function entryReports(ctx: Ctx, signatureId?: string, limit = 100): Promise<EntryReport[]> {
  const query = ctx
    .db("entry_reports as r")
    .join("letters as l", "l.id", "r.letter_id")
    .leftJoin("signatures as s", "s.id", "r.signature_id")
    .whereNotNull("r.told_at")
    .orderBy("r.at", "desc")
    .orderBy("r.id", "desc")
    .limit(limit)
    .select("r.*", "l.slug", "s.state");
  if (signatureId) void query.where("r.signature_id", signatureId);
  const rows = (await query) as Row[];
  return rows.map((row) => ({
    id: row.id,
    entryName: row.entry_name,
    letter: row.slug,
    signatureId: row.signature_id,
    signatureState: row.state,
    reporter: [row.reporter_name, row.reporter_role].filter(Boolean).join(", "),
    email: row.reporter_email ?? "",
    said: row.said ?? "",
    at: row.at,
    confirmedAt: row.confirmed_at,
    suspendedAt: row.suspended_at,
  }));
}

/** An entry in public under a letter that has this name, in whatever case, and the domain of its organisation. */
export async function entryNamed(
  ctx: Ctx,
  letterId: string,
  name: string,
): Promise<{ id: string } | undefined> {
  return (await ctx
    .db("signatures as s")
    .join("organisations as o", "o.id", "s.organisation_id")
    .where("s.letter_id", letterId)
    .whereIn("s.state", ["published", "needs_reaffirmation"])
    .where({ "s.visibility": "public", "s.kind": "signature" })
    .whereRaw("(lower(s.display_name) = lower(?) or lower(o.name) = lower(?))", [name, name])
    .orderBy("s.published_at", "desc")
    .first("s.id")) as { id: string } | undefined;
}

/** What a signatory said beside the form, newest first. The caller checks who may see it. */
export async function wordsOf(
  ctx: Ctx,
  signatureId: string,
): Promise<{ kind: "information" | "dispute"; body: string; at: Date }[]> {
  return (await ctx
    .db("signature_words")
    .where({ signature_id: signatureId })
    .orderBy("at", "desc")
    .select("kind", "body", "at")) as { kind: "information" | "dispute"; body: string; at: Date }[];
}
