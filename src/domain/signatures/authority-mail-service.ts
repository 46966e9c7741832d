import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { judgeLink, linkPlaceholder, type Link } from "../links/link.js";
import { ensureLink, makeLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import { MAILS_A_SIGNATURE } from "./mail-limits.js";
import { ATTEST_LINK_DAYS } from "./officer.js";
import type { OfficerRow } from "./officer-store.js";
import { mailsOfSignature } from "./reminder-views.js";
import type { SignatureRow } from "./store.js";

/** Whether a signature may cause one more mail that counts. */
export async function mayAskOnce(tx: Ctx, signatureId: string): Promise<boolean> {
  return (await mailsOfSignature(tx, signatureId)) < MAILS_A_SIGNATURE;
}

/** A fresh link by which an officer attests. */
export async function newAttestLink(tx: Ctx, officerId: string): Promise<Link> {
  const end = new Date(tx.clock.now().getTime() + ATTEST_LINK_DAYS * DAY);
  return makeLink(tx, "attest", officerId, end);
}

/** The link by which an officer can attest now: the one already mailed, or a fresh one when that has ended. */
export async function standingAttestLink(tx: Ctx, officerId: string): Promise<Link> {
  const link = await ensureLink(tx, "attest", officerId);
  return judgeLink(link, tx.clock.now()) === "usable" ? link : newAttestLink(tx, officerId);
}

/** What officers' mails say. */
export function officerWords(row: SignatureRow, letter: LetterToAnswer, officer: OfficerRow) {
  return {
    signature: row.id,
    organisation: row.display_name,
    officer: officer.name,
    by: row.submitter_name ?? "none",
    letterTitle: letter.title.replace(/[.\s]+$/u, ""),
    kind: row.kind,
    joint: row.second_email !== null,
    delegated: officer.delegation > 0,
  };
}

/**
 * Asks an officer to attest, with a link of their own. `copy` tells a mail that is sent again from the one before. Sends
 * none once the signature has caused five mails. Returns whether one was queued.
 */
export async function mailOfficer(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  { officer, link, copy }: { officer: OfficerRow; link: Link; copy: string },
): Promise<boolean> {
  if (officer.email === null || !(await mayAskOnce(tx, row.id))) return false;
  const id = await queueMail(tx, {
    purpose: "transactional",
    sendKey: `signature-officer:${officer.id}:${copy}`,
    template: "signature-officer",
    data: {
      ...officerWords(row, letter, officer),
      link: linkPlaceholder(link.id),
      expiresAt: link.expiresAt?.toISOString() ?? null,
    },
    language: row.language,
    to: { email: officer.email, name: officer.name },
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  });
  return id !== undefined;
}
