import type { Ctx } from "../../platform/context.js";
import { moveSignature } from "./movement-service.js";
import { lockSignature, type SignatureRow } from "./store.js";

/** The signatory has answered: the entry goes back to the review. Undefined when nothing is asked of it any more. */
export async function takeInformation(tx: Ctx, signatureId: string): Promise<SignatureRow | undefined> {
  const row = await lockSignature(tx.db, signatureId);
  if (row?.state !== "needs_information") return undefined;
  return moveSignature(tx, row, "information_given");
}
