import { conflict } from "../../platform/errors.js";
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { nextStep, type Cause } from "./signature.js";
import { insertHistory, setState, type HistoryRow, type SignatureRow, type StepChange } from "./store.js";

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
  await insertHistory(tx.db, { ...historyLine(tx, row.state, step.to, cause), signature_id: row.id });
  return { ...row, ...change, state: step.to, row_version: row.row_version + 1 };
}

/** The first line of a signature's history, for the statement that keeps it. */
export function firstStep(ctx: Ctx): Omit<HistoryRow, "signature_id"> {
  return historyLine(ctx, null, "submitted", "submitted");
}

function historyLine(
  ctx: Ctx,
  from: SignatureRow["state"] | null,
  to: SignatureRow["state"],
  cause: Cause | "submitted",
): Omit<HistoryRow, "signature_id"> {
  return {
    id: newId(ctx.clock),
    from_state: from,
    to_state: to,
    cause,
    actor_kind: ctx.actor.kind,
    actor_id: "id" in ctx.actor ? ctx.actor.id : null,
    at: ctx.clock.now(),
  };
}
