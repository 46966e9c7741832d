import type { Ctx } from "../../platform/context.js";
import { COUNTED_MAILS } from "./mail-limits.js";

/** How many mails that count a signature has caused so far. */
export async function mailsOfSignature(ctx: Ctx, signatureId: string): Promise<number> {
  const row = (await ctx
    .db("messages")
    .whereRaw("data \\? 'signature' and data ->> 'signature' = ?", [signatureId])
    .whereIn("template", [...COUNTED_MAILS])
    .select(ctx.db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}
