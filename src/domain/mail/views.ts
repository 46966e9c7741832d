import type { Ctx } from "../../platform/context.js";

/** In whose name a mail about a letter goes out. */
export interface Sponsor {
  name: string;
  address: string;
  email: string;
}

/** The sponsors of some letters, by letter id. */
export async function sponsorsOf(ctx: Ctx, letterIds: readonly string[]): Promise<Map<string, Sponsor>> {
  if (letterIds.length === 0) return new Map();
  const rows: { id: string; sponsor_name: string; sponsor_address: string; sponsor_email: string }[] =
    await ctx
      .db("letters")
      .whereIn("id", [...letterIds])
      .select("id", "sponsor_name", "sponsor_address", "sponsor_email");
  return new Map(
    rows.map((row) => [
      row.id,
      { name: row.sponsor_name, address: row.sponsor_address, email: row.sponsor_email },
    ]),
  );
}
