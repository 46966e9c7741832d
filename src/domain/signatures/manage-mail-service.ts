import { HOUR } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder } from "../links/link.js";
import { ensureLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import type { SignatureRow } from "./store.js";

/** What stands in a mail instead of the signatory's own link. */
export async function managePlaceholder(tx: Ctx, signatureId: string): Promise<string> {
  return linkPlaceholder((await ensureLink(tx, "manage", signatureId)).id);
}

/** Queues a mail about an entry to its signatory, with the link by which they look after it. */
export async function mailSignatory(
  tx: Ctx,
  row: SignatureRow,
  letter: Pick<LetterToAnswer, "title" | "slug">,
  template: string,
  sendKey: string,
  data: Record<string, unknown> = {},
): Promise<void> {
  await queueMail(tx, {
    purpose: "transactional",
    sendKey,
    template,
    data: {
      organisation: row.display_name,
      signatory: row.signatory_name,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
      manage: await managePlaceholder(tx, row.id),
      ...data,
    },
    language: row.language,
    to: { email: row.signatory_email, name: row.signatory_name },
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  });
}

function listAddress(tx: Ctx, letter: Pick<LetterToAnswer, "slug">): string {
  return `${tx.settings.publicUrl}/letters/${letter.slug}/signatories`;
}

/** Tells the signatory that the entry now stands in public; for entries that did not when they were accepted. */
export async function mailPublished(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await mailSignatory(tx, row, letter, "signature-published", `signature-published:${row.id}`, {
    listAddress: listAddress(tx, letter),
  });
}

/** A receipt of the withdrawal with both dates, or of taking back what was never in public. */
export async function mailWithdrawn(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await mailSignatory(tx, row, letter, "signature-withdrawn", `signature-withdrawn:${row.id}`, {
    outcome: row.state === "withdrawn" ? "withdrawn" : "taken_back",
    signedAt: (row.confirmed_at ?? row.submitted_at).toISOString(),
    withdrawnAt: tx.clock.now().toISOString(),
  });
}

/** Says that the entry is suspended and that a person looks at it within a day. */
export async function mailDisputed(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  const key = `signature-disputed:${row.id}:${row.row_version}`;
  await mailSignatory(tx, row, letter, "signature-disputed", key);
}

/** Anybody may type anybody's address into the form, so it mails an entry three times a day at most. */
const LINK_MAIL_EVERY = 8 * HOUR;

/** Sends the link again to somebody who lost it; at most once in eight hours for an entry, unless the link is a fresh one. */
export async function mailManageLink(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  fresh?: string,
): Promise<void> {
  const window = Math.floor(tx.clock.now().getTime() / LINK_MAIL_EVERY);
  await mailSignatory(
    tx,
    row,
    letter,
    "signature-link",
    `signature-link:${row.id}:${fresh ?? `8h:${window}`}`,
  );
}
