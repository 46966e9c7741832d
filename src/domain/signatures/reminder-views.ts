import type { Ctx } from "../../platform/context.js";

/** The mails that ask the people of a signature for something. */
export const ASKING_MAILS = [
  "signature-confirm",
  "signature-officer",
  "signature-reminder",
  "signature-information",
] as const;

/** How many mails that asked for something a signature has caused so far. */
export async function mailsOfSignature(ctx: Ctx, signatureId: string): Promise<number> {
  const row = (await ctx
    .db("messages")
    .whereRaw("data \\? 'signature' and data ->> 'signature' = ?", [signatureId])
    .whereIn("template", [...ASKING_MAILS])
    .select(ctx.db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}
