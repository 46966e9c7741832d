import type { Db } from "../../platform/db.js";
import type { KnownNode } from "./growth.js";
import type { Node } from "./merkle.js";

/** A leaf as kept. */
export interface LeafRow {
  letter_id: string;
  position: number;
  leaf: string;
  hash: Buffer;
  source_kind: "signature" | "amendment" | "letter" | "text" | "notice";
  source_id: string;
  source_part: string;
  subject_id: string | null;
  entry: number | null;
  added_at: Date;
}

/** A salt as kept. */
export interface SaltRow {
  letter_id: string;
  position: number;
  field: string;
  salt: Buffer;
}

/** A signed tree head as kept. */
export interface CheckpointRow {
  id: string;
  letter_id: string;
  size: number;
  root: Buffer;
  note: string;
  signed_at: Date;
}

/** Rows written with one statement: well below the 65,535 values that a statement may have. */
const CHUNK = 1000;

/** Makes this transaction the only one that adds to a letter's log; taken after all other locks. */
export async function holdLog(db: Db, letterId: string): Promise<void> {
  await db.raw("select pg_advisory_xact_lock(hashtextextended(?, 0))", [`log:${letterId}`]);
}

/** Gives a letter's log its name, unless it has one; answers the one it has. */
export async function ensureOrigin(db: Db, letterId: string, origin: string, at: Date): Promise<string> {
  await db("log_origins")
    .insert({ letter_id: letterId, origin, created_at: at })
    .onConflict("letter_id")
    .ignore();
  const row = await db<{ letter_id: string; origin: string }>("log_origins")
    .where({ letter_id: letterId })
    .first();
  if (!row) throw new Error(`the log of letter ${letterId} has no name`);
  return row.origin;
}

/** How many leaves a letter's log has. */
export async function countLeaves(db: Db, letterId: string): Promise<number> {
  const row = (await db("log_leaves").where({ letter_id: letterId }).max("position as last").first()) as
    { last: number | null } | undefined;
  return (row?.last ?? -1) + 1;
}

/** Adds leaves with their salts and the subtrees that they complete. */
export async function insertLeaves(
  db: Db,
  leaves: readonly LeafRow[],
  salts: readonly SaltRow[],
  nodes: readonly (KnownNode & { letter_id: string })[],
): Promise<void> {
  await db.batchInsert("log_leaves", [...leaves], CHUNK);
  await db.batchInsert("log_salts", [...salts], CHUNK);
  await db.batchInsert("log_nodes", [...nodes], CHUNK);
}

/** The hashes of these subtrees, in their order. Throws when the log lacks one. */
export async function readNodes(db: Db, letterId: string, nodes: readonly Node[]): Promise<Buffer[]> {
  if (nodes.length === 0) return [];
  const { rows } = await db.raw<{ rows: { hash: Buffer | null }[] }>(
    `select coalesce(l.hash, n.hash) as hash
       from unnest(?::int[], ?::int[]) with ordinality as w (level, position, place)
       left join log_leaves l on w.level = 0 and l.letter_id = ? and l.position = w.position
       left join log_nodes n on n.letter_id = ? and n.level = w.level and n.position = w.position
      order by w.place`,
    [nodes.map(({ level }) => level), nodes.map(({ position }) => position), letterId, letterId],
  );
  return rows.map(({ hash }) => {
    if (!hash) throw new Error(`the log of letter ${letterId} lacks a part of its tree`);
    return hash;
  });
}

/** The position of the first leaf of each of these signatures. */
export async function findEntries(db: Db, subjects: readonly string[]): Promise<Map<string, number>> {
  const rows = (await db("log_leaves")
    .whereIn("subject_id", [...new Set(subjects)])
    .groupBy("subject_id")
    .select("subject_id")
    .min("position as first")) as { subject_id: string; first: number }[];
  return new Map(rows.map((row) => [row.subject_id, row.first]));
}

/** The checkpoint that was signed last. */
export async function newestCheckpoint(db: Db, letterId: string): Promise<CheckpointRow | undefined> {
  return db<CheckpointRow>("log_checkpoints")
    .where({ letter_id: letterId })
    .orderBy([
      { column: "size", order: "desc" },
      { column: "signed_at", order: "desc" },
      { column: "id", order: "desc" },
    ])
    .first();
}

/** Keeps a checkpoint and the keys that signed it. */
export async function insertCheckpoint(
  db: Db,
  row: CheckpointRow,
  publicKeys: readonly Buffer[],
): Promise<void> {
  await db("log_keys")
    .insert(publicKeys.map((key) => ({ public_key: key, first_used_at: row.signed_at })))
    .onConflict("public_key")
    .ignore();
  await db("log_checkpoints").insert(row);
}

/** Whether these keys have all signed something before. */
export async function isKeyKnown(db: Db, publicKeys: readonly Buffer[]): Promise<boolean> {
  const found = await db("log_keys")
    .whereIn("public_key", [...publicKeys])
    .select("public_key");
  return found.length === new Set(publicKeys.map((key) => key.toString("hex"))).size;
}

/** Deletes the salts of these fields in the leaves of these signatures, and notes that they are gone. */
export async function eraseSalts(
  db: Db,
  subjects: readonly string[],
  fields: readonly string[],
  at: Date,
): Promise<number> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `with gone as (
       delete from log_salts t using log_leaves l
        where l.letter_id = t.letter_id and l.position = t.position
          and l.subject_id = any(?::uuid[]) and t.field = any(?::text[])
        returning t.letter_id, t.position, t.field)
     insert into log_erasures (letter_id, position, field, at)
       select letter_id, position, field, ?::timestamptz from gone on conflict do nothing returning 1`,
    [[...subjects], [...fields], at],
  );
  return rows.length;
}

/** One salt that was erased, by the name of its log. */
export interface Erasure {
  origin: string;
  position: number;
  field: string;
}

/** Every erasure that the database knows of. */
export async function listErasures(db: Db): Promise<Erasure[]> {
  return db("log_erasures as e")
    .join("log_origins as o", "o.letter_id", "e.letter_id")
    .select("o.origin", "e.position", "e.field");
}

/** Erases salts that a restored copy has brought back; answers how many there were. */
export async function eraseAgain(db: Db, erasures: readonly Erasure[], at: Date): Promise<number> {
  const { rows } = await db.raw<{ rows: unknown[] }>(
    `with wanted as (
       select o.letter_id, w.position, w.field
         from unnest(?::text[], ?::int[], ?::text[]) as w (origin, position, field)
         join log_origins o on o.origin = w.origin),
     gone as (
       delete from log_salts t using wanted w
        where t.letter_id = w.letter_id and t.position = w.position and t.field = w.field
        returning t.letter_id, t.position, t.field)
     insert into log_erasures (letter_id, position, field, at)
       select letter_id, position, field, ?::timestamptz from gone on conflict do nothing returning 1`,
    [
      erasures.map(({ origin }) => origin),
      erasures.map(({ position }) => position),
      erasures.map(({ field }) => field),
      at,
    ],
  );
  return rows.length;
}

/** Keeps an event that another concept hands over. */
export async function insertNotice(
  db: Db,
  row: {
    id: string;
    letter_id: string;
    kind: "delivery";
    detail: Record<string, string>;
    at: Date;
  },
): Promise<void> {
  await db("log_notices").insert({ ...row, detail: JSON.stringify(row.detail) });
}

/** Keeps what witnesses signed of a head; of each witness and head the first line stays. Returns how many are new. */
export async function insertCosignatures(
  db: Db,
  rows: readonly { letter_id: string; size: number; witness: string; line: string; received_at: Date }[],
): Promise<number> {
  const added = await db("log_cosignatures")
    .insert([...rows])
    .onConflict(["letter_id", "size", "witness"])
    .ignore()
    .returning("witness");
  return added.length;
}
