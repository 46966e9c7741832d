import type { Ctx } from "../../platform/context.js";
import { wipeReporter } from "./entry-report-store.js";

/** Takes a person out of the reports about entries that they made. What a signatory said for the organisation stays its act. */
export async function erasePersonFromReports(
  ctx: Ctx,
  person: { addressHash: Buffer | null },
): Promise<void> {
  if (person.addressHash) await wipeReporter(ctx.db, person.addressHash);
}
