import type { Ctx } from "../../platform/context.js";
import { listOfficers, type OfficerRow } from "./officer-store.js";

/** The officers of a signature in the order in which they were asked. The caller checks who may see them. */
export async function officersOf(ctx: Ctx, signatureId: string): Promise<OfficerRow[]> {
  return listOfficers(ctx.db, signatureId);
}
