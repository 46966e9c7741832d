import type { Ctx } from "../../platform/context.js";

/** How much of what would move, and how many entries would end because both organisations have one. */
export interface MergeCounts {
  contacts: number;
  invitations: number;
  signatures: number;
  signatures_ended: number;
  declines: number;
  tasks: number;
  messages: number;
  inbound_mails: number;
  enrolments: number;
}

const TABLES = [
  "contacts",
  "invitations",
  "signatures",
  "declines",
  "tasks",
  "messages",
  "inbound_mails",
  "enrolments",
] as const;

/** Counts what a merge would move; changes nothing. The caller checks who may know. */
export async function mergeCounts(ctx: Ctx, keptId: string, mergedId: string): Promise<MergeCounts> {
  const parts = TABLES.map(
    (table) => `(select count(*)::int from ${table} where organisation_id = :mergedId) as ${table}`,
  );
  const { rows } = await ctx.db.raw<{ rows: MergeCounts[] }>(
    `select ${parts.join(", ")},
       (select count(*)::int from (
          select letter_id from signatures where organisation_id in (:keptId, :mergedId)
             and state not in ('parked', 'expired', 'rejected', 'invalidated', 'withdrawn', 'rescinded', 'superseded', 'lapsed', 'retracted')
           group by letter_id having count(*) > 1) both_live) as signatures_ended`,
    { keptId, mergedId },
  );
  const [counts] = rows;
  if (!counts) throw new Error("a count gave no row");
  return counts;
}

/** A merge as the page of what was kept shows it. */
export interface MergeLine {
  id: string;
  name: string;
  merged_at: Date;
  undone_at: Date | null;
}

/** The merges into an organisation, latest first. */
export async function listMerges(ctx: Ctx, keptId: string): Promise<MergeLine[]> {
  return ctx
    .db("organisation_merges as m")
    .join("organisations as o", "o.id", "m.merged_id")
    .where("m.kept_id", keptId)
    .orderBy("m.merged_at", "desc")
    .select<MergeLine[]>("m.id", "o.name", "m.merged_at", "m.undone_at");
}

/** The keys of addresses at two organisations, for the locks. */
export async function addressKeys(ctx: Ctx, organisationIds: readonly string[]): Promise<string[]> {
  const hashes = (await ctx
    .db("contacts")
    .whereIn("organisation_id", [...organisationIds])
    .whereNotNull("address_hash")
    .pluck("address_hash")) as Buffer[];
  return hashes.map((hash) => hash.toString("hex"));
}
