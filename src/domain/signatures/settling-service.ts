import type { Ctx } from "../../platform/context.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { record } from "../activity/service.js";
import { mailPublished } from "./manage-mail-service.js";
import { moveSignature } from "./movement-service.js";
import { waitsForReservation } from "./reservation-views.js";
import { causeAfterAcceptance } from "./signature.js";
import type { SignatureRow } from "./store.js";

/**
 * Brings an accepted entry to where it goes from there: onto the page, held until launch, standing as a pledge. One in
 * confidence stays, and so does one whose reservation nobody has approved: it would say more than its organisation does.
 */
export async function settleAccepted(
  tx: Ctx,
  accepted: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  const cause = causeAfterAcceptance(accepted, letter.state);
  if (!cause || (await waitsForReservation(tx, accepted.id))) return accepted;
  return moveSignature(tx, accepted, cause, cause === "published" ? { published_at: tx.clock.now() } : {});
}

/** The same for an entry that was accepted before and held back; its signatory is told once it stands in public. */
export async function settleLater(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<SignatureRow> {
  if (row.state !== "accepted") return row;
  const settled = await settleAccepted(tx, row, letter);
  if (settled.state === row.state) return row;
  await record(tx, {
    action: `signature.${settled.state}`,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility },
  });
  if (settled.state === "published") await mailPublished(tx, settled, letter);
  return settled;
}
