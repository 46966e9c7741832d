import type { Ctx } from "../../platform/context.js";
import type { DeliveryRow } from "./store.js";

/** What everybody may read about a delivery. */
export interface PublicDelivery {
  id: string;
  addressee: string;
  deliveredBy: string;
  deliveredAt: Date;
  /** SHA-256 in hex. */
  files: { name: string; sha256: string; bytes: number }[];
  entries: number;
  leftOut: number;
  /** Organisations that went along and withdrew since, with the day of it. */
  withdrawn: { organisation: string; at: Date }[];
  /** How many that went along do not stand any more for another reason; their names are not shown. */
  struckOut: number;
}

/** The delivery of a letter, with what has changed since; undefined where none is recorded. */
export async function deliveryOf(ctx: Ctx, letterId: string): Promise<PublicDelivery | undefined> {
  const row = await ctx.db<DeliveryRow>("deliveries").where({ letter_id: letterId }).first();
  if (!row) return undefined;
  const files = (await ctx
    .db("delivery_files")
    .where({ delivery_id: row.id })
    .orderBy("name")
    .select(
      "name",
      ctx.db.raw("encode(sha256, 'hex') as sha256, length(body) as bytes"),
    )) as PublicDelivery["files"];
  const counts = (await ctx
    .db("delivery_entries as e")
    .join("signatures as s", "s.id", "e.signature_id")
    .where("e.delivery_id", row.id)
    .first(
      ctx.db.raw(
        `count(*) filter (where not left_out)::int as entries,
         count(*) filter (where not left_out and s.state not in ('published', 'needs_reaffirmation', 'withdrawn'))::int as struck_out`,
      ),
    )) as { entries: number; struck_out: number };
  const withdrawn = (await ctx
    .db("delivery_entries as e")
    .join("signatures as s", "s.id", "e.signature_id")
    .join("organisations as o", "o.id", "s.organisation_id")
    .where({ "e.delivery_id": row.id, "e.left_out": false, "s.state": "withdrawn", "s.visibility": "public" })
    .orderBy("o.name")
    .select("o.name as organisation", "s.withdrawn_at as at")) as PublicDelivery["withdrawn"];
  return {
    id: row.id,
    addressee: row.addressee,
    deliveredBy: row.delivered_by,
    deliveredAt: row.delivered_at,
    files,
    entries: counts.entries,
    leftOut: await publicLeftOut(ctx, letterId),
    withdrawn,
    struckOut: counts.struck_out,
  };
}

/**
 * How many entries in review a letter was handed over without. Those in confidence are not among them: an exact number
 * would tell of them (ruling 21).
 */
async function publicLeftOut(ctx: Ctx, letterId: string): Promise<number> {
  const row = (await ctx
    .db("letter_left_out as e")
    .join("signatures as s", "s.id", "e.signature_id")
    .where({ "e.letter_id": letterId, "s.visibility": "public", "s.kind": "signature" })
    .first(ctx.db.raw("count(*)::int as n"))) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** Who was left out of a delivery, with the reason, for staff; by name. */
export async function leftOutOf(
  ctx: Ctx,
  letterId: string,
): Promise<{ id: string; organisation: string; reason: string }[]> {
  return ctx
    .db("letter_left_out as e")
    .join("signatures as s", "s.id", "e.signature_id")
    .where("e.letter_id", letterId)
    .orderByRaw("lower(s.display_name), s.id")
    .select<{ id: string; organisation: string; reason: string }[]>(
      "s.id",
      "s.display_name as organisation",
      "e.reason",
    );
}

/** The bytes of a file that was handed over; undefined where there is none of this name. */
export async function deliveredFile(ctx: Ctx, letterId: string, name: string): Promise<Buffer | undefined> {
  const row = (await ctx
    .db("delivery_files as f")
    .join("deliveries as d", "d.id", "f.delivery_id")
    .where({ "d.letter_id": letterId, "f.name": name })
    .first("f.body")) as { body: Buffer } | undefined;
  return row?.body;
}
