/**
 * Erasing a person who asked for it. Each concept takes out of its own tables what is personal; rows that others refer
 * to stay, empty. What stays in full: the keyed hash of a stop, the states and hashes of mails, and what the person
 * signed for an organisation, which is that organisation's public act.
 */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { isSuppressed, suppress } from "../consent/service.js";
import { erasePersonFromAnswers } from "../declines/erasure-service.js";
import { erasePersonFromInbound } from "../inbound/erasure-service.js";
import { erasePersonFromLists } from "../imports/erasure-service.js";
import { revokeInvitationsOf } from "../invitations/erasure-service.js";
import { erasePersonFromLog } from "../log/erasure-service.js";
import { erasePersonFromMails } from "../mail/erasure-service.js";
import { erasePersonalData, holdContact } from "../organisations/personal-data-service.js";
import { getContact } from "../organisations/service.js";
import { erasePersonFromOutreach } from "../outreach/erasure-service.js";
import { stopOutreach } from "../outreach/stopping-service.js";
import { erasePersonFromReports } from "../statements/erasure-service.js";
import { erasePersonFromOfficers } from "../signatures/erasure-service.js";
import { erasePersonFromTasks } from "../tasks/service.js";
import { erasePersonFromReview } from "../review/erasure-service.js";
import { requirePermission } from "../team/service.js";
import { eraseContactCommand } from "./commands.js";
import { signaturesBy } from "./views.js";

/** What is known before somebody is erased. */
export interface ErasurePreview {
  id: string;
  organisationId: string;
  name: string | null;
  email: string | null;
  /** The address is never written to again already. */
  stopped: boolean;
  /** Signatures in which the same address stands; they are not touched. */
  signatures: number;
}

/** What erasing a contact would meet; changes nothing. Throws not_found. */
export async function previewErasure(ctx: Ctx, contactId: string): Promise<ErasurePreview> {
  requirePermission(ctx, "privacy:manage");
  return transaction(ctx, async (tx) => {
    const contact = await holdContact(tx, contactId);
    return {
      id: contact.id,
      organisationId: contact.organisation_id,
      name: contact.name,
      email: contact.email,
      stopped: contact.address_hash !== null && (await isSuppressed(tx, contact.address_hash, null)),
      signatures: contact.email === null ? 0 : await signaturesBy(tx, contact.email),
    };
  });
}

/**
 * Erases a contact's personal data everywhere but in the organisation's own signatures, ends its outreach, and keeps
 * every stop. Can't be undone. Throws not_found, invalid without the confirmation, conflict while a mail to the
 * person is on its way or nobody knows whether one arrived.
 */
export async function eraseContact(
  ctx: Ctx,
  contactId: string,
  input: z.input<typeof eraseContactCommand>,
): Promise<void> {
  requirePermission(ctx, "privacy:manage");
  const command = parse(eraseContactCommand, input);
  if (!command.confirm) throw invalid("form.invalid", { confirm: "errors.privacy.confirm" });
  await transaction(ctx, async (tx) => {
    // The locks of the commit point come before the rows, as everywhere.
    const before = await getContact(tx, contactId);
    await holdLocks(tx.db, {
      organisation: [before.organisation_id],
      address: before.address_hash ? [before.address_hash.toString("hex")] : [],
    });
    const seen = await holdContact(tx, contactId);
    const hash = seen.address_hash;
    if (hash && command.stop) {
      await suppress(tx, {
        addressHash: hash,
        reason: "staff",
        source: "erasure",
        organisationId: seen.organisation_id,
        contactId,
      });
    }
    const scope = { organisationId: seen.organisation_id, contactId };
    await stopOutreach(tx, scope, { contactId, reason: "removed" });
    const person = {
      contactId,
      organisationId: seen.organisation_id,
      addressHash: hash,
      words: wordsOf(seen),
    };
    if (!(await erasePersonFromMails(tx, person))) throw conflict("privacy.mail_under_way");
    await revokeInvitationsOf(tx, contactId);
    await erasePersonFromTasks(tx, person);
    await erasePersonFromAnswers(tx, { ...person, email: seen.email });
    await erasePersonFromReports(tx, person);
    await erasePersonFromOfficers(tx, { ...person, email: seen.email });
    await erasePersonFromLists(tx, { ...person, email: seen.email });
    await erasePersonFromInbound(tx, { ...person, email: seen.email });
    await erasePersonFromLog(tx, seen);
    await erasePersonFromOutreach(tx, person);
    await erasePersonFromReview(tx, { words: person.words, email: seen.email });
    await erasePersonalData(tx, seen, person.words);
    await record(tx, {
      action: "contact.erased",
      organisationId: seen.organisation_id,
      contactId,
      detail: { stop: command.stop },
    });
  });
}

/** The words that name the person: the address, and the name where it is more than one word. */
function wordsOf({ email, name }: { email: string | null; name: string | null }): string[] {
  const full = name !== null && /\S\s+\S/u.test(name) ? name : null;
  return [email, full].filter((word) => word !== null);
}
