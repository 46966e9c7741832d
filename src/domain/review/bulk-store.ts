import type { Db } from "../../platform/db.js";
import { BULK_FROM, type BulkFilter, type BulkState } from "./bulk.js";

/** A bulk invalidation as kept. */
export interface BulkRow {
  id: string;
  summary: string;
  filter: BulkFilter;
  /** Why entries that nobody had decided on are rejected. */
  reason_code: string;
  tell_signatories: boolean;
  state: BulkState;
  created_by: string | null;
  created_at: Date;
  started_by: string | null;
  started_at: Date | null;
  approved_by: string | null;
  undone_by: string | null;
  finished_at: Date | null;
  row_version: number;
}

/** One entry of it as kept. */
export interface ItemRow {
  bulk_id: string;
  signature_id: string;
  organisation_id: string;
  state_before: string | null;
  published_before: Date | null;
  outcome: "invalidated" | "discarded" | "rejected" | "skipped" | null;
}

/** Keeps one. */
export async function insertBulk(db: Db, row: BulkRow): Promise<void> {
  await db("bulk_invalidations").insert({ ...row, filter: JSON.stringify(row.filter) });
}

/** One by its id. */
export async function findBulk(db: Db, id: string): Promise<BulkRow | undefined> {
  return db<BulkRow>("bulk_invalidations").where({ id }).first();
}

/** One, held until the transaction ends; shared by the batches of its work, so that cancelling waits for a batch. */
export async function lockBulk(
  db: Db,
  id: string,
  how: "alone" | "shared" = "alone",
): Promise<BulkRow | undefined> {
  const query = db<BulkRow>("bulk_invalidations").where({ id });
  return how === "alone" ? query.forUpdate().first() : query.forShare().first();
}

/** Changes one and raises its version. */
export async function setBulk(db: Db, id: string, change: Partial<BulkRow>): Promise<void> {
  const { filter: _filter, ...rest } = change;
  await db("bulk_invalidations")
    .where({ id })
    .update({ ...rest, row_version: db.raw("row_version + 1") });
}

/** Deletes one that was never started, with its items. */
export async function deleteBulk(db: Db, id: string): Promise<void> {
  await db("bulk_invalidations").where({ id }).delete();
}

/** The entries that a filter means. `network` is the hash in hex, null where none is asked for. */
export function meant(db: Db, filter: BulkFilter, network: string | null) {
  const query = db("signatures as s").whereIn(
    "s.state",
    filter.states?.length ? [...filter.states] : BULK_FROM,
  );
  if (filter.letter) {
    void query.whereIn("s.letter_id", db("letters").where({ slug: filter.letter }).select("id"));
  }
  if (filter.submitted_from) void query.whereRaw("s.submitted_at >= ?::date", [filter.submitted_from]);
  if (filter.submitted_until) void query.whereRaw("s.submitted_at < ?::date + 1", [filter.submitted_until]);
  if (filter.domain) void query.whereRaw("lower(split_part(s.signatory_email, '@', 2)) = ?", [filter.domain]);
  if (filter.address) void query.whereRaw("lower(s.signatory_email) = lower(?)", [filter.address]);
  if (filter.name) {
    void query.whereRaw("position(lower(?) in lower(s.display_name)) > 0", [filter.name]);
  }
  if (network !== null) void query.whereRaw("s.network_hash = decode(?, 'hex')", [network]);
  if (filter.door === "public") void query.whereNull("s.invitation_id");
  if (filter.door === "invitation") void query.whereNotNull("s.invitation_id");
  return query;
}

/** Writes down the entries that are meant now, each once. Returns how many there are. */
export async function freezeItems(
  db: Db,
  id: string,
  filter: BulkFilter,
  network: string | null,
): Promise<number> {
  await db.raw("insert into bulk_invalidation_items (bulk_id, signature_id) ?", [
    meant(db, filter, network).select(db.raw("?::uuid", [id]), "s.id"),
  ]);
  const row = (await db("bulk_invalidation_items")
    .where({ bulk_id: id })
    .select(db.raw("count(*)::int as n"))
    .first()) as { n: number };
  return row.n;
}

/** The next entries to take off, held; those that another worker holds are passed by. */
export async function lockOpenItems(db: Db, id: string, limit: number): Promise<ItemRow[]> {
  return items(db, id)
    .whereNull("i.outcome")
    .orderBy("i.signature_id")
    .limit(limit)
    .forUpdate("i")
    .skipLocked();
}

/** The next entries to put back, held. */
export async function lockDoneItems(db: Db, id: string, limit: number): Promise<ItemRow[]> {
  return items(db, id)
    .whereIn("i.outcome", ["invalidated", "discarded", "rejected"])
    .whereNull("i.undo_outcome")
    .orderBy("i.signature_id")
    .limit(limit)
    .forUpdate("i")
    .skipLocked();
}

function items(db: Db, id: string) {
  return db("bulk_invalidation_items as i")
    .join("signatures as s", "s.id", "i.signature_id")
    .where("i.bulk_id", id)
    .select<ItemRow[]>("i.bulk_id", "i.signature_id", "s.organisation_id", "i.state_before")
    .select("i.published_before", "i.outcome");
}

/** Notes what became of an entry. */
export async function setItem(
  db: Db,
  item: Pick<ItemRow, "bulk_id" | "signature_id">,
  change: Record<string, unknown>,
): Promise<void> {
  await db("bulk_invalidation_items")
    .where({ bulk_id: item.bulk_id, signature_id: item.signature_id })
    .update(change);
}

/** Whether anything is left to do: of taking off, or of putting back. */
export async function hasOpenItems(db: Db, id: string, what: "off" | "back"): Promise<boolean> {
  const query = db("bulk_invalidation_items").where({ bulk_id: id });
  if (what === "off") void query.whereNull("outcome");
  else void query.whereIn("outcome", ["invalidated", "discarded", "rejected"]).whereNull("undo_outcome");
  return (await query.first("signature_id")) !== undefined;
}

/** Those that are under way, oldest first. */
export async function listUnderWay(db: Db): Promise<BulkRow[]> {
  return db<BulkRow>("bulk_invalidations").whereIn("state", ["running", "undoing"]).orderBy("started_at");
}
