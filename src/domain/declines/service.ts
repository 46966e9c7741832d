import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { suppress } from "../consent/service.js";
import { noteAnswer, openInvitation, type OpenInvitation } from "../invitations/service.js";
import { findLetter } from "../letters/service.js";
import { getOrganisation } from "../organisations/service.js";
import { confirmSignature, type Confirmation } from "../signatures/confirm-service.js";
import { transitionSignatureCommand } from "../signatures/commands.js";
import { acceptSignature, transitionSignature } from "../signatures/review-service.js";
import { NOT_LIVE, isUnvouched, organisationOf, type SignatureState } from "../signatures/signature.js";
import { liveSignatureOf, signatureDetail } from "../signatures/views.js";
import { createTask } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { declineCommand, recordDeclineCommand } from "./commands.js";
import {
  contributingTo,
  nextAskFor,
  revisitDay,
  type AskAgain,
  type DeclineReason,
} from "./decline-reason.js";
import { insertDecline, listReasons, lockStandingDecline, setSuperseded, type DeclineRow } from "./store.js";

/**
 * The holder of a personal link declines for the organisation. Mail to this contact about the letter stops at once;
 * an earlier decline is replaced, the same one sent twice is kept once. Throws conflict when the letter is over or the
 * organisation has signed (which is taken back by withdrawing, not by declining).
 */
export async function declineByInvitation(
  ctx: Ctx,
  token: string,
  input: unknown,
): Promise<{ id: string; reason: DeclineReason }> {
  const command = parse(declineCommand, input);
  const opened = await openInvitation(ctx, token);
  if (opened.verdict !== "open" && opened.verdict !== "paused") throw conflict(`answers.${opened.verdict}`);
  const { invitation, invitee } = opened;
  return transaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const reason = await reasonOf(tx, command.reason_code);
    await stopMail(tx, opened);
    const id = await keepDecline(tx, {
      letter_id: invitation.letter_id,
      organisation_id: invitation.organisation_id,
      contact_id: invitation.contact_id,
      invitation_id: invitation.id,
      reason_code: command.reason_code,
      contributing: contributingTo(command.reason_code, command.contributing),
      source: "written",
      said_by: command.said_by ?? invitee.contactName,
      comment: command.comment ?? null,
      revisit_on: revisitFor(reason, command.may_ask_again, at),
      next_ask: nextAskFor(reason, command.may_ask_again),
      may_ask_again: command.may_ask_again,
      decided_at: at,
      recorded_by: null,
    });
    await noteAnswer(tx, invitation.id, "decline");
    return { id, reason };
  });
}

/** "In six months" when they offered it, never after a no, else by the reason's own rule. */
export function revisitFor(reason: DeclineReason, again: AskAgain, at: Date): string | null {
  switch (again) {
    case "no":
    case "if_text_changes":
      return null;
    case "later":
      return revisitDay(6, at);
    case "unknown":
      return revisitDay(reason.revisitMonths, at);
  }
}

async function stopMail(tx: Ctx, { invitation, invitee }: OpenInvitation): Promise<void> {
  if (!invitee.contactHash) {
    await holdLocks(tx.db, { organisation: [invitation.organisation_id] });
    return;
  }
  await suppress(tx, {
    addressHash: invitee.contactHash,
    letterId: invitation.letter_id,
    reason: "declined",
    source: "personal link",
    organisationId: invitation.organisation_id,
    contactId: invitation.contact_id,
  });
}

/** The reason with this code. Throws invalid for one that does not exist. */
export async function reasonOf(tx: Ctx, code: string): Promise<DeclineReason> {
  const reason = (await listReasons(tx.db)).find((each) => each.code === code);
  if (!reason) throw invalid("form.invalid", { reason_code: "errors.declines.reason" });
  return reason;
}

type NewDecline = Omit<DeclineRow, "id" | "created_at" | "superseded_at" | "row_version">;

/** Keeps a decline beside at most one other: the one before is replaced, the same one is not kept twice. */
export async function keepDecline(tx: Ctx, decline: NewDecline): Promise<string> {
  await holdLocks(tx.db, { organisation: [decline.organisation_id] });
  const signature = await liveSignatureOf(tx, decline.letter_id, decline.organisation_id);
  const unvouched = isUnvouched({
    state: signature?.state ?? "submitted",
    invitationId: signature?.invitation_id ?? null,
  });
  const beside = unvouched && decline.invitation_id !== null;
  if (signature && !NOT_LIVE.has(signature.state) && !beside) throw conflict("declines.signed");
  const standing = await lockStandingDecline(tx.db, decline.letter_id, decline.organisation_id);
  if (standing && saysTheSame(standing, decline)) return standing.id;
  const at = tx.clock.now();
  if (standing) await setSuperseded(tx.db, standing.id, at);
  const id = newId(tx.clock);
  await insertDecline(tx.db, { ...decline, id, created_at: at, superseded_at: null, row_version: 1 });
  await record(tx, {
    action: "decline.recorded",
    letterId: decline.letter_id,
    organisationId: decline.organisation_id,
    contactId: decline.contact_id,
    subjectId: id,
    detail: { reason: decline.reason_code, source: decline.source, replaced: standing?.id ?? null },
  });
  if (signature && beside) await askForReview(tx, signature.id, { ...decline, id });
  return id;
}

/** The holder of a link declines while a signature from the public page waits: the reviewer is told of both. */
async function askForReview(
  tx: Ctx,
  signatureId: string,
  decline: NewDecline & { id: string },
): Promise<void> {
  await createTask(tx, {
    kind: "review_signature",
    letterId: decline.letter_id,
    organisationId: decline.organisation_id,
    contactId: decline.contact_id,
    subjectId: signatureId,
    detail: { declined: decline.id },
  });
}

function saysTheSame(one: DeclineRow, other: NewDecline): boolean {
  return (
    one.reason_code === other.reason_code &&
    one.contributing.join() === other.contributing.join() &&
    one.comment === other.comment &&
    one.said_by === other.said_by &&
    one.source === other.source &&
    one.may_ask_again === other.may_ask_again &&
    one.next_ask === other.next_ask &&
    one.invitation_id === other.invitation_id &&
    one.recorded_by === other.recorded_by
  );
}

/**
 * Staff or a script records a decline that came by another way than the link. Revisit date and next ask come from the
 * reason unless given. Throws not_found for an unknown letter or organisation, conflict when the organisation has signed.
 */
export async function recordDecline(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "declines:write");
  const command = parse(recordDeclineCommand, input);
  const letter = await findLetter(ctx, command.letter);
  await getOrganisation(ctx, command.organisation_id);
  return transaction(ctx, async (tx) => {
    const at = tx.clock.now();
    const decidedAt = command.decided_on ? new Date(`${command.decided_on}T12:00:00Z`) : at;
    if (decidedAt.getTime() > at.getTime() + 86_400_000) {
      throw invalid("form.invalid", { decided_on: "errors.declines.decided_later" });
    }
    const reason = await reasonOf(tx, command.reason_code);
    const id = await keepDecline(tx, {
      letter_id: letter.id,
      organisation_id: command.organisation_id,
      contact_id: command.contact_id ?? null,
      invitation_id: null,
      reason_code: command.reason_code,
      contributing: contributingTo(command.reason_code, command.contributing),
      source: command.source,
      said_by: command.said_by ?? null,
      comment: command.comment ?? null,
      revisit_on: command.revisit_on ?? revisitFor(reason, command.may_ask_again, decidedAt),
      next_ask: command.next_ask ?? nextAskFor(reason, command.may_ask_again),
      may_ask_again: command.may_ask_again,
      decided_at: decidedAt,
      recorded_by: staffId(tx),
    });
    return { id };
  });
}

/** The reasons a person may choose among, in the order of the picker. */
export async function declineReasons(ctx: Ctx): Promise<DeclineReason[]> {
  return listReasons(ctx.db);
}

/**
 * The signatory confirms by the mailed link (see `confirmSignature`); a decline that the organisation had given before
 * is thereby replaced if the signature came by invitation. One from the public page waits for `acceptAnswer`, since
 * anybody may give any name there. Signatures know nothing of declines, so that the two meet here.
 */
export async function confirmAnswer(ctx: Ctx, token: string, seen?: number): Promise<Confirmation> {
  return transaction(ctx, async (tx) => {
    const confirmation = await confirmSignature(tx, token, seen);
    const { signature } = confirmation;
    if (signature.invitation_id === null || ["awaiting_authority", "parked"].includes(signature.state))
      return confirmation;
    await replaceDecline(tx, signature, signature.confirmed_at ?? tx.clock.now());
    return confirmation;
  });
}

/** Staff accept a signature (see `acceptSignature`); a decline that still stands is thereby replaced. */
export async function acceptAnswer(
  ctx: Ctx,
  id: string,
  input: unknown = {},
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  return transaction(ctx, async (tx) => {
    const result = await acceptSignature(tx, id, input);
    await replaceByAccepted(tx, id);
    return result;
  });
}

/** Staff or a script move a signature on (see `transitionSignature`); acceptance replaces a decline that still stands. */
export async function transitionAnswer(
  ctx: Ctx,
  id: string,
  input: unknown,
): Promise<{ state: SignatureState }> {
  requirePermission(ctx, "signatures:review");
  const { to } = parse(transitionSignatureCommand, input);
  return transaction(ctx, async (tx) => {
    const result = await transitionSignature(tx, id, input);
    if (to === "accepted") await replaceByAccepted(tx, id);
    return result;
  });
}

async function replaceByAccepted(tx: Ctx, id: string): Promise<void> {
  const signature = await signatureDetail(tx, id);
  if (signature) await replaceDecline(tx, signature, tx.clock.now());
}

/** Replaces the standing decline of a signature's organisation that was given until a moment, and records it. */
async function replaceDecline(
  tx: Ctx,
  signature: { id: string; letter_id: string; organisation_id: string | null },
  until: Date,
): Promise<void> {
  const { letter_id } = signature;
  const organisation_id = organisationOf(signature);
  const standing = await lockStandingDecline(tx.db, letter_id, organisation_id);
  if (!standing || standing.decided_at > until) return;
  await setSuperseded(tx.db, standing.id, tx.clock.now());
  await record(tx, {
    action: "decline.replaced",
    letterId: letter_id,
    organisationId: organisation_id,
    subjectId: standing.id,
    detail: { signature: signature.id },
  });
}
