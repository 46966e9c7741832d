import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { insertWords } from "./manage-store.js";
import { moveSignature } from "./movement-service.js";
import { lockSignature, type SignatureRow } from "./store.js";

/** The signatory has answered: the entry goes back to the review. Undefined when nothing is asked of it any more. */
export async function takeInformation(tx: Ctx, signatureId: string): Promise<SignatureRow | undefined> {
  const row = await lockSignature(tx.db, signatureId);
  if (row?.state !== "needs_information") return undefined;
  return moveSignature(tx, row, "information_given");
}

/** Keeps an answer to what was asked elsewhere than in a question of ours, for those who review. */
export async function keepInformation(tx: Ctx, signatureId: string, body: string): Promise<void> {
  const row = { id: newId(tx.clock), signature_id: signatureId, kind: "information" as const, body };
  await insertWords(tx.db, { ...row, at: tx.clock.now() });
}
