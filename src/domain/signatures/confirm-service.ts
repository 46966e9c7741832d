import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, notFound } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { endOf, letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import type { LinkVerdict } from "../links/link.js";
import { holdLink, openLink, useLink } from "../links/service.js";
import { mayAskOnce } from "./authority-mail-service.js";
import { afterConfirmation } from "./authority-service.js";
import { mailConfirmation, standingConfirmLink } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { mayConfirm } from "./signature.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** A confirmation link as its holder meets it. */
export interface Confirmation {
  letter: LetterToAnswer;
  signature: SignatureRow;
  /** usable: the button acts · used: it has acted · expired, replaced, closed: it no longer can. */
  verdict: "usable" | "used" | "expired" | "replaced" | "closed";
}

/** Opens a confirmation link to look; changes nothing. Throws not_found for a secret we never gave out. */
export async function openConfirmation(ctx: Ctx, token: string): Promise<Confirmation> {
  const { link, verdict } = await openLink(ctx, "confirm", token);
  const signature = await findSignature(ctx.db, link.subjectId);
  if (!signature) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, signature.letter_id, signature.language);
  return { letter, signature, verdict: judge(ctx, signature, letter, verdict) };
}

function judge(
  ctx: Ctx,
  signature: SignatureRow,
  letter: LetterToAnswer,
  verdict: LinkVerdict,
): Confirmation["verdict"] {
  if (verdict === "used") return "used";
  if (verdict === "revoked" || signature.state !== "submitted") return "replaced";
  if (mayConfirm(signature.submitted_at, endOf(letter), ctx.clock.now()) !== "yes") return "closed";
  return verdict;
}

/**
 * The signatory confirms, from their own address, that the organisation signs: address confirmed, attested, queued for
 * review, in one transaction with a line of history each. Pressing again, or twice at once, gives the same answer and
 * one mail of thanks. Throws gone for an ended link, conflict once the letter has closed and its 24 hours are over.
 */
export async function confirmSignature(ctx: Ctx, token: string): Promise<Confirmation> {
  const opened = await openConfirmation(ctx, token);
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [opened.signature.organisation_id] });
    const { link, verdict } = await holdLink(tx, "confirm", token);
    const row = await lockSignature(tx.db, link.subjectId);
    if (!row) throw notFound("link.unknown");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    const now = judge(tx, row, letter, verdict);
    if (now === "used") return { letter, signature: row, verdict: "used" };
    if (now === "closed") throw conflict("signatures.confirmed_too_late");
    if (now !== "usable") throw gone(`signatures.link_${now}`);
    await useLink(tx, link);
    const signature = await confirmRow(tx, row, letter);
    return { letter, signature, verdict: "used" };
  });
}

async function confirmRow(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<SignatureRow> {
  const confirmed = await moveSignature(tx, row, "address_confirmed", { confirmed_at: tx.clock.now() });
  await record(tx, {
    action: "signature.confirmed",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility },
  });
  return afterConfirmation(tx, confirmed, letter);
}

/** Mails a fresh link to the same address when the old one has ended; a link that still works is mailed again. */
export async function mailConfirmationAgain(ctx: Ctx, token: string): Promise<LetterToAnswer> {
  const opened = await openConfirmation(ctx, token);
  if (opened.verdict === "closed") throw conflict("signatures.confirmed_too_late");
  if (opened.verdict !== "expired" && opened.verdict !== "usable") return opened.letter;
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [opened.signature.organisation_id] });
    const row = await lockSignature(tx.db, opened.signature.id);
    if (row?.state !== "submitted" || !(await mayAskOnce(tx, row.id))) return;
    await mailConfirmation(tx, row, opened.letter, await standingConfirmLink(tx, row.id));
    await record(tx, {
      action: "signature.link_sent_again",
      letterId: row.letter_id,
      organisationId: row.organisation_id,
      subjectId: row.id,
    });
  });
  return opened.letter;
}
