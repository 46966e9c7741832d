import { as, transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, notFound } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { endOf, letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import type { LinkVerdict } from "../links/link.js";
import { holdLink, openLink, revokeLinks, useLink } from "../links/service.js";
import { nameKey } from "../organisations/name-key.js";
import { createOrganisation, matchOrganisation } from "../organisations/service.js";
import { SECTORS } from "../organisations/sector.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { mayAskOnce } from "./authority-mail-service.js";
import { afterConfirmation, afterParking, allAttested } from "./authority-service.js";
import { mailConfirmation, standingConfirmLink } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import { pinTenLargest } from "./pledge-service.js";
import { isUnvouched, mayConfirm, type SignatureState } from "./signature.js";
import {
  findSignature,
  lockLiveSignature,
  lockSignature,
  lockWaitingOf,
  setOrganisation,
  type SignatureRow,
} from "./store.js";

/** A confirmation link as its holder meets it. */
export interface Confirmation {
  letter: LetterToAnswer;
  signature: SignatureRow;
  seenAs: SignatureState;
  /** usable: the button acts · used: it has acted · expired, replaced, closed: it no longer can. */
  verdict: "usable" | "used" | "expired" | "replaced" | "closed";
}

/** Opens a confirmation link to look; changes nothing. Throws not_found for a secret we never gave out. */
export async function openConfirmation(ctx: Ctx, token: string): Promise<Confirmation> {
  const { link, verdict } = await openLink(ctx, "confirm", token);
  const signature = await findSignature(ctx.db, link.subjectId);
  if (!signature) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, signature.letter_id, signature.language);
  return { ...(await settled(ctx, signature, letter)), verdict: judge(ctx, signature, letter, verdict) };
}

async function settled(ctx: Ctx, signature: SignatureRow, letter: LetterToAnswer): Promise<Confirmation> {
  return { letter, signature, seenAs: await seenAs(ctx, signature), verdict: "used" };
}

/** The state that its own people are told of: that another entry stands is nobody's business. */
export async function seenAs(ctx: Ctx, row: SignatureRow): Promise<SignatureState> {
  if (row.state !== "parked") return row.state;
  return (await allAttested(ctx, row)) ? "in_review" : "awaiting_authority";
}

function judge(
  ctx: Ctx,
  signature: SignatureRow,
  letter: LetterToAnswer,
  verdict: LinkVerdict,
): Confirmation["verdict"] {
  if (verdict === "used") return "used";
  if (verdict !== "revoked" && signature.confirmed_at !== null) return "used";
  if (verdict === "revoked" || signature.state !== "submitted") return "replaced";
  if (mayConfirm(signature.submitted_at, endOf(letter), ctx.clock.now()) !== "yes") return "closed";
  return verdict;
}

/**
 * The signatory confirms, from their own address, that the organisation signs: address confirmed, attested, queued for
 * review, in one transaction with a line of history each. Pressing again, or twice at once, gives the same answer and
 * one mail of thanks. `seen` is the version of the answers that the page showed: somebody may have sent the form again
 * since. Throws gone for an ended link, conflict once the letter has closed and its 24 hours are over, or when the
 * answers are not those that were seen.
 */
export async function confirmSignature(ctx: Ctx, token: string, seen?: number): Promise<Confirmation> {
  const opened = await openConfirmation(ctx, token);
  return transaction(ctx, async (tx) => {
    const organisationId =
      opened.signature.organisation_id ??
      (opened.verdict === "usable" ? await organisationFor(tx, opened.signature) : null);
    await holdLocks(tx.db, { organisation: [organisationId] });
    const { link, verdict } = await holdLink(tx, "confirm", token);
    const row = await lockSignature(tx.db, link.subjectId);
    if (!row) throw notFound("link.unknown");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    const now = judge(tx, row, letter, verdict);
    if (now === "used") return settled(tx, row, letter);
    if (now === "closed") throw conflict("signatures.confirmed_too_late");
    if (now !== "usable") throw gone(`signatures.link_${now}`);
    if (seen !== undefined && seen !== row.row_version) throw conflict("signatures.answers_renewed");
    await useLink(tx, link);
    if (organisationId !== null) await setOrganisation(tx.db, row.id, organisationId);
    const signature = await confirmRow(tx, { ...row, organisation_id: organisationId }, letter);
    return settled(tx, signature, letter);
  });
}

/** The organisation that a public submission speaks for: one with the same name and country, or a new one. */
async function organisationFor(tx: Ctx, row: SignatureRow): Promise<string> {
  const wanted = { name: row.display_name, country: row.country };
  await holdLocks(tx.db, { organisation: [`new ${wanted.country} ${nameKey(wanted.name)}`] });
  const known = await matchOrganisation(tx, wanted);
  if (known) return known.id;
  const system = as(tx, { kind: "system", name: "public form" });
  const created = await createOrganisation(system, {
    ...wanted,
    sector: SECTORS.find((each) => each === row.sector) ?? "other",
    source: "public form",
  });
  return created.id;
}

/**
 * Where another entry of the organisation is live, this one is parked beside it until a person has looked at both; but
 * what nobody vouches for gives way to what came by invitation. Whoever confirms sees and gets the same either way.
 */
async function confirmRow(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<SignatureRow> {
  const standing = await lockLiveSignature(tx.db, row.letter_id, row.organisation_id);
  const givesWay =
    standing &&
    row.invitation_id !== null &&
    isUnvouched({ state: standing.state, invitationId: standing.invitation_id });
  if (standing && givesWay) await replace(tx, standing, row);
  if (row.invitation_id !== null) await endOthers(tx, row, row.invitation_id);
  await pinTenLargest(tx, row);
  const parks = standing !== undefined && !givesWay;
  const confirmed = await moveSignature(tx, row, parks ? "second_entry" : "address_confirmed", {
    confirmed_at: tx.clock.now(),
  });
  await record(tx, {
    action: "signature.confirmed",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility },
  });
  return parks ? afterParking(tx, confirmed, letter) : afterConfirmation(tx, confirmed, letter);
}

/** A confirmed signature from the public page gives way to an invited one: a person looks at what each says. */
async function replace(tx: Ctx, standing: SignatureRow, incoming: SignatureRow): Promise<void> {
  await moveSignature(tx, standing, "replaced");
  await revokeLinks(tx, "confirm", standing.id);
  await settleTasks(tx, "review_signature", standing.id);
  await createTask(tx, {
    kind: "review_signature",
    letterId: incoming.letter_id,
    organisationId: incoming.organisation_id,
    subjectId: incoming.id,
    detail: { replaced: standing.id },
  });
}

/** What the same invitation brought before, such as with a mistyped address, ends with the one that is confirmed. */
async function endOthers(tx: Ctx, row: SignatureRow, invitationId: string): Promise<void> {
  for (const other of await lockWaitingOf(tx.db, invitationId, row.id)) {
    await moveSignature(tx, other, "replaced");
    await revokeLinks(tx, "confirm", other.id);
  }
}

/** Mails a fresh link to the same address when the old one has ended; a link that still works is mailed again. */
export async function mailConfirmationAgain(ctx: Ctx, token: string): Promise<LetterToAnswer> {
  const opened = await openConfirmation(ctx, token);
  if (opened.verdict === "closed") throw conflict("signatures.confirmed_too_late");
  if (opened.verdict !== "expired" && opened.verdict !== "usable") return opened.letter;
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [opened.signature.organisation_id] });
    await repeatConfirmation(tx, opened.signature.id, opened.letter);
  });
  return opened.letter;
}

/**
 * Mails what has to be confirmed once more, as far as the mails of an entry and of an address allow; nothing for one that
 * waits for no confirmation, or no longer can be confirmed. The organisation's lock must be held.
 */
export async function repeatConfirmation(tx: Ctx, id: string, letter: LetterToAnswer): Promise<void> {
  const row = await lockSignature(tx.db, id);
  if (row?.state !== "submitted" || !(await mayAskOnce(tx, row.id))) return;
  if (mayConfirm(row.submitted_at, endOf(letter), tx.clock.now()) !== "yes") return;
  await mailConfirmation(tx, row, letter, await standingConfirmLink(tx, row.id));
  await record(tx, {
    action: "signature.link_sent_again",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
  });
}
