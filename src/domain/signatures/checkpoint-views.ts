import type { Ctx } from "../../platform/context.js";

/** The newest signed head of the letter's public log, which a signatory keeps; undefined before the first. */
export async function checkpointForMail(ctx: Ctx, letterId: string): Promise<string | undefined> {
  const row = (await ctx
    .db("log_checkpoints")
    .where({ letter_id: letterId })
    .orderBy([
      { column: "size", order: "desc" },
      { column: "signed_at", order: "desc" },
    ])
    .first("note")) as { note: string } | undefined;
  return row?.note;
}
