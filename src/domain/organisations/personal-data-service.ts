/** What we keep of a person at an organisation: looking again whether we may, and taking it away. */
import type { Ctx } from "../../platform/context.js";
import { notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { eraseContactRow, lockContact, scrubContactTexts, setContact, type ContactRow } from "./store.js";

/* The use cases here serve higher concepts, which have asked for the permission. */

/** A contact that has not been erased, held for the rest of the transaction. Throws not_found. */
export async function holdContact(ctx: Ctx, id: string): Promise<ContactRow> {
  const row = isUuid(id) ? await lockContact(ctx.db, id) : undefined;
  if (!row || row.erased_at) throw notFound("contact.unknown");
  return row;
}

/** Keeps what somebody found who looked whether the basis still holds. */
export async function noteBasisCheck(
  ctx: Ctx,
  id: string,
  found: { holds: boolean; note: string | null },
): Promise<void> {
  const at = ctx.clock.now();
  await setContact(ctx.db, id, {
    basis_checked_at: at,
    basis_ended_at: found.holds ? null : at,
    basis_note: found.note,
    updated_at: at,
  });
}

/**
 * Takes everything personal out of a contact's row, and the person out of the notes about colleagues at the same
 * organisation. The row stays for what refers to it.
 */
export async function erasePersonalData(
  ctx: Ctx,
  contact: ContactRow,
  words: readonly string[],
): Promise<void> {
  await eraseContactRow(ctx.db, contact.id, ctx.clock.now());
  await scrubContactTexts(ctx.db, contact.organisation_id, words);
}
