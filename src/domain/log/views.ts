import type { Ctx } from "../../platform/context.js";
import { LISTED } from "./event.js";
import { PUBLIC_FIELDS, type CommittedField, type Opening } from "./leaf.js";

/** The log of a letter at a glance. */
export interface LogHead {
  origin: string;
  size: number;
  root: Buffer;
  note: string;
  signedAt: Date;
}

interface HeadRow {
  origin: string;
  size: number;
  root: Buffer;
  note: string;
  signed_at: Date;
}

/** The newest checkpoint of a letter's log; undefined before anything became public. */
export async function newestHead(ctx: Ctx, letterId: string): Promise<LogHead | undefined> {
  const row = (await ctx
    .db("log_checkpoints as c")
    .join("log_origins as o", "o.letter_id", "c.letter_id")
    .where("c.letter_id", letterId)
    .orderBy([
      { column: "c.size", order: "desc" },
      { column: "c.signed_at", order: "desc" },
      { column: "c.id", order: "desc" },
    ])
    .first("o.origin", "c.size", "c.root", "c.note", "c.signed_at")) as HeadRow | undefined;
  return row && { ...row, signedAt: row.signed_at };
}

/** Every checkpoint that was signed, oldest first. */
export async function allCheckpoints(ctx: Ctx, letterId: string): Promise<string[]> {
  return ctx
    .db("log_checkpoints")
    .where({ letter_id: letterId })
    .orderBy([{ column: "signed_at" }, { column: "id" }])
    .pluck("note");
}

/** Every key that ever signed a checkpoint, newest first. */
export async function signingKeys(ctx: Ctx): Promise<{ publicKey: Buffer; firstUsedAt: Date }[]> {
  const rows = (await ctx.db("log_keys").orderBy("first_used_at", "desc").select("*")) as {
    public_key: Buffer;
    first_used_at: Date;
  }[];
  return rows.map((row) => ({ publicKey: row.public_key, firstUsedAt: row.first_used_at }));
}

/** A leaf with its place. */
export interface StoredLeaf {
  position: number;
  leaf: string;
  hash: Buffer;
}

/** The leaves from `start` up to, not including, `end`. */
export async function leavesBetween(
  ctx: Ctx,
  letterId: string,
  start: number,
  end: number,
): Promise<StoredLeaf[]> {
  return ctx
    .db("log_leaves")
    .where({ letter_id: letterId })
    .where("position", ">=", start)
    .where("position", "<", end)
    .orderBy("position")
    .select("position", "leaf", "hash");
}

/** Of the leaves of a signature with commitments only the newest is opened. */
const NEWEST = `not exists (select from log_leaves n join log_salts m on m.letter_id = n.letter_id and m.position = n.position
  where n.letter_id = x.letter_id and n.subject_id = x.subject_id and n.position > x.position and m.field = t.field)`;

interface OpeningRow {
  position: number;
  field: CommittedField;
  salt: string;
  display_name: string;
  country: string;
  sector: string;
}

/** What opens the commitments of entries that are on the public list now; nothing of the person who signed. */
export async function publicOpenings(
  ctx: Ctx,
  letterId: string,
  start: number,
  end: number,
): Promise<Map<number, Partial<Record<CommittedField, Opening>>>> {
  const rows = (await ctx
    .db("log_leaves as x")
    .join("signatures as s", "s.id", "x.subject_id")
    .joinRaw("join log_salts t on t.letter_id = x.letter_id and t.position = x.position")
    .where("x.letter_id", letterId)
    .where("x.position", ">=", start)
    .where("x.position", "<", end)
    .where({ "s.visibility": "public", "s.kind": "signature" })
    .whereIn("s.state", [...LISTED])
    .whereIn("t.field", [...PUBLIC_FIELDS])
    .whereRaw(NEWEST)
    .select("x.position", "t.field", "s.display_name", "s.country", "s.sector")
    .select(ctx.db.raw("encode(t.salt, 'hex') as salt"))) as OpeningRow[];
  const openings = new Map<number, Partial<Record<CommittedField, Opening>>>();
  for (const row of rows) {
    const values: Partial<Record<CommittedField, string>> = {
      organisation: row.display_name,
      country: row.country.trim(),
      sector: row.sector,
    };
    const own = openings.get(row.position) ?? {};
    own[row.field] = { value: values[row.field] ?? "", salt: row.salt };
    openings.set(row.position, own);
  }
  return openings;
}

/** The newest leaf that names a signature, and the salts that are left of it. */
export async function leafOfSignature(
  ctx: Ctx,
  signatureId: string,
): Promise<{ letterId: string; position: number; leaf: string; salts: Map<string, string> } | undefined> {
  const found = (await ctx
    .db("log_leaves as x")
    .where("x.subject_id", signatureId)
    .whereRaw(`x.leaf like '%"commitments":%'`)
    .orderBy("x.position", "desc")
    .first("x.letter_id", "x.position", "x.leaf")) as
    { letter_id: string; position: number; leaf: string } | undefined;
  if (!found) return undefined;
  const { letter_id: letterId, position, leaf } = found;
  const salts = (await ctx
    .db("log_salts")
    .where({ letter_id: letterId, position })
    .select("field", ctx.db.raw("encode(salt, 'hex') as salt"))) as { field: string; salt: string }[];
  return { letterId, position, leaf, salts: new Map(salts.map(({ field, salt }) => [field, salt])) };
}

/** Signatures that carry this address. */
export async function signaturesOfPerson(ctx: Ctx, email: string): Promise<string[]> {
  return ctx.db("signatures").whereRaw("lower(signatory_email) = lower(?)", [email]).pluck("id");
}

/** Logs whose newest head was signed at `before` or earlier. */
export async function logsToSignAgain(ctx: Ctx, before: Date): Promise<string[]> {
  const { rows } = await ctx.db.raw<{ rows: { letter_id: string }[] }>(
    `select o.letter_id from log_origins o
      where coalesce((select max(signed_at) from log_checkpoints c where c.letter_id = o.letter_id) <= ?::timestamptz, false)
      order by o.letter_id`,
    [before],
  );
  return rows.map(({ letter_id: id }) => id);
}

/** What witnesses signed of the head of this size, as lines of a note. */
export async function cosignatureLines(ctx: Ctx, letterId: string, size: number): Promise<string[]> {
  return ctx.db("log_cosignatures").where({ letter_id: letterId, size }).orderBy("witness").pluck("line");
}

/** Every checkpoint that a witness signed, with the lines of its witnesses, the smallest first. */
export async function allCosigned(ctx: Ctx, letterId: string): Promise<string[]> {
  const { rows } = await ctx.db.raw<{ rows: { note: string }[] }>(
    `select c.note || string_agg(w.line, '' order by w.witness) as note
       from log_cosignatures w
       join lateral (select note from log_checkpoints
              where letter_id = w.letter_id and size = w.size order by signed_at, id limit 1) c on true
      where w.letter_id = ? group by w.size, c.note order by w.size`,
    [letterId],
  );
  return rows.map(({ note }) => note);
}

/** The root of the head of this size that was signed; undefined where none was. */
export async function signedRoot(ctx: Ctx, letterId: string, size: number): Promise<Buffer | undefined> {
  const row = (await ctx.db("log_checkpoints").where({ letter_id: letterId, size }).first("root")) as
    { root: Buffer } | undefined;
  return row?.root;
}

/** The kept roots of pairs of leaves, by their place. */
export async function storedPairs(ctx: Ctx, letterId: string): Promise<Map<number, Buffer>> {
  const rows = (await ctx
    .db("log_nodes")
    .where({ letter_id: letterId, level: 1 })
    .orderBy("position")
    .select("position", "hash")) as { position: number; hash: Buffer }[];
  return new Map(rows.map(({ position, hash }) => [position, hash]));
}

/**
 * Leaves whose person is not the one that the signature names now, or whose salt is gone without having been erased.
 * The database works it out, so that no name leaves it.
 */
export async function wrongPersonalFields(
  ctx: Ctx,
  letterId: string,
): Promise<{ position: number; field: string }[]> {
  const { rows } = await ctx.db.raw<{ rows: { position: number; field: string }[] }>(
    `select x.position, f.field
       from log_leaves x
       join signatures s on s.id = x.subject_id
      cross join lateral (values ('signatory_name', s.signatory_name), ('signatory_title', s.signatory_title)) as f (field, value)
       left join log_salts t on t.letter_id = x.letter_id and t.position = x.position and t.field = f.field
       left join log_erasures e on e.letter_id = x.letter_id and e.position = x.position and e.field = f.field
      where x.letter_id = ? and x.leaf like '%"commitments":%' and s.state = any(?::text[])
        and not exists (select from log_leaves n where n.subject_id = x.subject_id and n.position > x.position and n.leaf like '%"commitments":%')
        and ((t.salt is null and e.letter_id is null)
          or encode(sha256(convert_to(E'countersign-log-commitment-1\\n' || f.field || E'\\n', 'UTF8') || t.salt || convert_to(f.value, 'UTF8')), 'hex')
             <> (x.leaf::jsonb -> 'commitments' ->> f.field))
      order by x.position, f.field`,
    [letterId, [...LISTED]],
  );
  return rows;
}

/** The letters that have a log. */
export async function lettersWithLogs(ctx: Ctx): Promise<{ letterId: string; slug: string }[]> {
  return ctx
    .db("log_origins as o")
    .join("letters as l", "l.id", "o.letter_id")
    .orderBy("l.slug")
    .select("o.letter_id as letterId", "l.slug");
}

/** Public entries of a letter that are held until its launch: on the list from that moment, in the log once published. */
export async function heldEntries(ctx: Ctx, letterId: string): Promise<{ name: string; signedAt: Date }[]> {
  return ctx
    .db("signatures")
    .where({ letter_id: letterId, state: "held", visibility: "public", kind: "signature" })
    .select("display_name as name", ctx.db.raw('coalesce(confirmed_at, submitted_at) as "signedAt"'));
}
