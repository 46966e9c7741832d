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
 * `publishedAt` is given for one that stood in public before, and keeps its date.
 */
export async function settleAccepted(
  tx: Ctx,
  accepted: SignatureRow,
  letter: Pick<LetterToAnswer, "state">,
  publishedAt: Date | null = null,
): Promise<SignatureRow> {
  const cause = causeAfterAcceptance(accepted, letter.state);
  if (!cause || (await waitsForReservation(tx, accepted.id))) return accepted;
  const shown = cause === "published" ? { published_at: publishedAt ?? tx.clock.now() } : {};
  return moveSignature(tx, accepted, cause, shown);
}

/** The same for an entry that was accepted before and held back; its signatory is told once it stands in public. */
export async function settleLater(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<SignatureRow> {
  if (row.state !== "accepted") return row;
  const settled = await settleAccepted(tx, row, letter, row.published_at);
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
