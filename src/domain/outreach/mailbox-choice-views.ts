import type { Ctx } from "../../platform/context.js";

/** Mailboxes that a sequence can write from, by name. The caller checks who may see them. */
export async function listMailboxNames(ctx: Ctx): Promise<{ id: string; name: string }[]> {
  return ctx.db("mailboxes").whereNull("archived_at").orderByRaw("lower(name), id").select("id", "name");
}
