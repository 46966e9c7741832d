import type { Ctx } from "../../platform/context.js";

/**
 * Whether a signature may not stand in public yet, since it was given with a reservation that nobody has approved:
 * it waits, staff asked for other words, or it was refused and the signatory has not said whether they sign without.
 * One that was approved before for the same clause is enough; so is one taken back.
 */
export async function waitsForReservation(ctx: Ctx, signatureId: string): Promise<boolean> {
  const found: unknown = await ctx
    .db("signature_statements as t")
    .where({ "t.signature_id": signatureId, "t.kind": "reservation" })
    .whereIn("t.state", ["waiting", "change_asked", "refused"])
    .whereNotExists(
      ctx
        .db("signature_statements as a")
        .whereRaw("a.signature_id = t.signature_id and a.clause = t.clause")
        .where({ "a.kind": "reservation", "a.state": "approved" }),
    )
    .first("t.id");
  return found !== undefined;
}
