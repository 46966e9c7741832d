import type { Ctx } from "../../platform/context.js";
import { formatDateTime } from "../../platform/i18n.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder } from "../links/link.js";
import { ensureLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import type { pledgeById } from "../signatures/pledge-service.js";

/** A signature as the steps of a pledge need it. */
export type PledgeRow = NonNullable<Awaited<ReturnType<typeof pledgeById>>>;

/** What a pledger is told on the way; each is an own template. */
export type PledgeMail =
  "pledge-met" | "pledge-reminder" | "pledge-activated" | "pledge-set-back" | "pledge-lapsed";

/**
 * Writes to the signatory of a pledge, in the transaction of what happened. `occasion` tells one time from another, so
 * that the same news goes once; `until` is when the window to reaffirm ends.
 */
export async function mailPledger(
  tx: Ctx,
  row: PledgeRow,
  template: PledgeMail,
  given: { occasion: string; until?: Date; outcome?: string },
): Promise<void> {
  const letter = await letterToAnswer(tx, row.letter_id, row.language);
  const link = await ensureLink(tx, "manage", row.id);
  await queueMail(tx, {
    purpose: "transactional",
    sendKey: `${template}:${row.id}:${given.occasion}`,
    template,
    data: {
      organisation: row.display_name,
      signatory: row.signatory_name,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
      link: `${linkPlaceholder(link.id)}/pledge`,
      byWhen: given.until ? formatDateTime(row.language, given.until) : null,
      outcome: given.outcome ?? row.state,
      listAddress: `${tx.settings.publicUrl}/letters/${letter.slug}/signatories`,
      signAddress: `${tx.settings.publicUrl}/letters/${letter.slug}/sign`,
    },
    language: row.language,
    to: { email: row.signatory_email, name: row.signatory_name },
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  });
}
