import type { Ctx } from "../../platform/context.js";

/** In how many signatures an address stands, as signatory or as working contact. */
export async function signaturesBy(ctx: Ctx, email: string): Promise<number> {
  const row = (await ctx
    .db("signatures")
    .where({ signatory_email: email })
    .orWhere({ contact_email: email })
    .count({ n: "*" })
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}
