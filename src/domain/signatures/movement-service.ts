import { conflict } from "../../platform/errors.js";
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { nextStep, type Cause } from "./signature.js";
import { insertHistory, setState, type SignatureRow, type StepChange } from "./store.js";

/**
 * Takes one step of the table: moves the row, raises its version and writes its history. Throws conflict
 * (`signatures.not_allowed`) where the table has no such step. The row must be held by this transaction.
 */
export async function moveSignature(
  tx: Ctx,
  row: SignatureRow,
  cause: Cause,
  change: StepChange = {},
): Promise<SignatureRow> {
  const step = nextStep(row.state, cause);
  if (!step) throw conflict("signatures.not_allowed", {}, { from: row.state, cause });
  await setState(tx.db, row.id, step.to, change);
  await writeHistory(tx, row.id, row.state, step.to, cause);
  return { ...row, ...change, state: step.to, row_version: row.row_version + 1 };
}

/** Writes the first line of a signature's history. */
export async function beginHistory(tx: Ctx, id: string): Promise<void> {
  await writeHistory(tx, id, null, "submitted", "submitted");
}

async function writeHistory(
  tx: Ctx,
  id: string,
  from: SignatureRow["state"] | null,
  to: SignatureRow["state"],
  cause: Cause | "submitted",
): Promise<void> {
  await insertHistory(tx.db, {
    id: newId(tx.clock),
    signature_id: id,
    from_state: from,
    to_state: to,
    cause,
    actor_kind: tx.actor.kind,
    actor_id: "id" in tx.actor ? tx.actor.id : null,
    at: tx.clock.now(),
  });
}
