import type { Ctx } from "../../platform/context.js";
import { record } from "../activity/service.js";
import { setAppearance } from "./manage-store.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** A signature as higher concepts work with it. */
export type Entry = SignatureRow;

/** A signature by its id, for use cases of higher concepts; asks for no permission. */
export async function findEntry(ctx: Ctx, id: string): Promise<Entry | undefined> {
  return findSignature(ctx.db, id);
}

/** The same, held until the transaction ends. */
export async function holdEntry(tx: Ctx, id: string): Promise<Entry | undefined> {
  return lockSignature(tx.db, id);
}

/**
 * Changes under which name an entry stands, or only that something shown with it has changed: its version rises, and
 * with it every public page that shows it is made anew. Another name is an event of the public log. The row must be held by this transaction.
 */
export async function setAppearanceOf(tx: Ctx, row: Entry, change: { display_name?: string }): Promise<void> {
  await setAppearance(tx.db, row.id, change);
  if (change.display_name === undefined || change.display_name === row.display_name) return;
  await record(tx, {
    action: "signature.renamed",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
  });
}
