import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { judgeLink, linkPlaceholder, type Link } from "../links/link.js";
import { ensureLink, makeLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import { checkpointForMail } from "./checkpoint-views.js";
import { sentenceOf } from "./reason-service.js";
import { managePlaceholder } from "./manage-mail-service.js";
import { mayAskOnce } from "./authority-mail-service.js";
import { CONFIRMATIONS_A_DAY, copyNumber } from "./mail-limits.js";
import type { SignatureRow } from "./store.js";
import { publicConfirmationsSince } from "./views.js";

/** How long a confirmation link lasts. */
export const CONFIRM_LINK_LIFE = 14 * DAY;

/** A fresh link to confirm a signature with. */
export async function newConfirmLink(tx: Ctx, signatureId: string): Promise<Link> {
  return makeLink(tx, "confirm", signatureId, new Date(tx.clock.now().getTime() + CONFIRM_LINK_LIFE));
}

/** The link by which a signature can be confirmed now: the one already mailed, or a fresh one when that has ended. */
export async function standingConfirmLink(tx: Ctx, signatureId: string): Promise<Link> {
  const link = await ensureLink(tx, "confirm", signatureId);
  return judgeLink(link, tx.clock.now()) === "usable" ? link : newConfirmLink(tx, signatureId);
}

async function mayAskAgain(tx: Ctx, row: SignatureRow): Promise<boolean> {
  if (row.invitation_id !== null) return true;
  const since = new Date(tx.clock.now().getTime() - DAY);
  const asked = await publicConfirmationsSince(tx, tx.keys.addressHash(confirmerOf(row).email), since);
  return asked < CONFIRMATIONS_A_DAY;
}

/** Whose address is confirmed first: that of whoever filled in the form. */
export function confirmerOf(row: SignatureRow): { email: string; name: string } {
  if (row.submitter_email === null) return { email: row.signatory_email, name: row.signatory_name };
  return { email: row.submitter_email, name: row.submitter_name ?? "" };
}

/** The names that every mail about a signature says. */
export function mailNames(row: SignatureRow, letter: LetterToAnswer) {
  return {
    signature: row.id,
    organisation: row.display_name,
    signatory: row.signatory_name,
    letterTitle: letter.title.replace(/[.\s]+$/u, ""),
    kind: row.kind,
    visibility: row.visibility,
  };
}

async function queue(
  tx: Ctx,
  row: SignatureRow,
  template: string,
  sendKey: string,
  data: Record<string, unknown>,
): Promise<void> {
  await queueMail(tx, {
    purpose: "transactional",
    sendKey,
    template,
    data,
    language: row.language,
    to: { email: row.signatory_email, name: row.signatory_name },
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  });
}

/** What the mail says that asks somebody to confirm; `link` is the id of theirs. */
export function confirmationMail(
  row: SignatureRow,
  letter: LetterToAnswer,
  link: { id: string; expiresAt: Date | null },
  copy: number,
) {
  return {
    purpose: "transactional" as const,
    sendKey: `signature-confirm:${row.id}:${copy}`,
    template: "signature-confirm",
    data: {
      ...mailNames(row, letter),
      title: row.signatory_title,
      door: row.invitation_id === null ? "public" : "invitation",
      link: linkPlaceholder(link.id),
      expiresAt: link.expiresAt?.toISOString() ?? null,
      submitter: row.submitter_name ?? "",
    },
    language: row.language,
    to: confirmerOf(row),
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  };
}

/**
 * Asks the signatory once more to confirm, as often as COPIES_AFTER allows. Beyond ten a day by the public page an
 * address gets none, so that nobody can have us flood a stranger's inbox; what came by invitation is neither counted nor
 * held back, so that nobody can use up a signatory's share.
 */
export async function mailConfirmation(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  link: Link,
): Promise<void> {
  if (!(await mayAskAgain(tx, row)) || !(await mayAskOnce(tx, row.id))) return;
  await queueMail(tx, confirmationMail(row, letter, link, copyNumber(row.submitted_at, tx.clock.now())));
}

/** Thanks for the confirmation and says what happens next; once a signature. */
export async function mailConfirmed(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await queue(tx, row, "signature-confirmed", `signature-confirmed:${row.id}`, {
    ...mailNames(row, letter),
    manage: await managePlaceholder(tx, row.id),
  });
}

/** Tells the signatory of a standing signature that somebody confirmed another; at most once a day, and as a mail that counts. */
export async function mailDuplicate(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  if (!(await mayAskOnce(tx, row.id))) return;
  const day = tx.clock.now().toISOString().slice(0, 10);
  await queue(tx, row, "signature-duplicate", `signature-duplicate:${row.id}:${day}`, {
    ...mailNames(row, letter),
    signedAt: row.submitted_at.toISOString(),
  });
}

/** Tells the signatory that the signature was accepted, and what became of it. */
export async function mailAccepted(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  if (row.state === "standing") return mailPledgeStands(tx, row, letter);
  await queue(tx, row, "signature-accepted", `signature-accepted:${row.id}:${row.row_version}`, {
    ...mailNames(row, letter),
    outcome: row.state === "accepted" && row.visibility === "public" ? "waits" : row.state,
    manage: await managePlaceholder(tx, row.id),
    checkpoint: row.state === "published" ? ((await checkpointForMail(tx, row.letter_id)) ?? "") : "",
    listAddress: `${tx.settings.publicUrl}/letters/${letter.slug}/signatories`,
  });
}

/** Tells the pledger that the pledge stands, with a link to what it waits for. */
async function mailPledgeStands(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  const link = await ensureLink(tx, "manage", row.id);
  await queue(tx, row, "pledge-stands", `pledge-stands:${row.id}`, {
    ...mailNames(row, letter),
    link: `${linkPlaceholder(link.id)}/pledge`,
  });
}

/** Tells the signatory that the signature was rejected, and why. */
export async function mailRejected(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await queue(tx, row, "signature-rejected", `signature-rejected:${row.id}:${row.row_version}`, {
    ...mailNames(row, letter),
    ...(await rejectionWords(tx, row, letter)),
  });
}

/** What the mail about a rejection says beside the names: shown to the reviewer before it goes out. */
export async function rejectionWords(
  tx: Ctx,
  row: Pick<SignatureRow, "rejection_code" | "rejection_note" | "language">,
  letter: LetterToAnswer,
): Promise<Record<string, unknown>> {
  return {
    reason: row.rejection_code,
    reasonText: await sentenceOf(tx, row.rejection_code ?? "", row.language),
    note: row.rejection_note,
    signAddress: `${tx.settings.publicUrl}/letters/${letter.slug}/sign`,
  };
}

/** Tells the signatory that the entry was taken off the list; only where staff asked for it. */
export async function mailInvalidated(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await queue(tx, row, "signature-invalidated", `signature-invalidated:${row.id}:${row.row_version}`, {
    ...mailNames(row, letter),
  });
}
