import type { Ctx } from "../../platform/context.js";
import { wipeReporter, wipeReportsOf } from "./entry-report-store.js";
import { wipeNotes } from "./store.js";

/** Takes a person out of the reports about entries that they made. What a signatory said for the organisation stays its act. */
export async function erasePersonFromReports(
  ctx: Ctx,
  person: { addressHash: Buffer | null },
): Promise<void> {
  if (person.addressHash) await wipeReporter(ctx.db, person.addressHash);
}

/** Takes the persons out of what was said about a letter's entries: who reported one, and what staff answered. */
export async function eraseSaidOf(tx: Ctx, letterId: string, signatureIds: readonly string[]): Promise<void> {
  await wipeReportsOf(tx.db, letterId);
  await wipeNotes(tx.db, signatureIds);
}
