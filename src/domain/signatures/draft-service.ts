/** Half-filled signing forms that somebody hands to a colleague by an address of their own. */
import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { gone, invalid, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { linkAddress, makeLink, openLink, revokeLinks, standingLink } from "../links/service.js";
import { findDraft, insertDraft, wipeDraft, wipeEndedDrafts, type DraftRow } from "./draft-store.js";
import type { SigningPlace } from "./service.js";

/** How long a half-filled form is kept. */
export const DRAFT_DAYS = 30;

const LARGEST = 32_000;
const LONGEST_NAME = 60;

/** What a form held: the fields that were filled in, as typed. */
export type DraftValues = Record<string, string>;

/** A half-filled form as the holder of its address meets it. */
export interface Draft {
  letter: LetterToAnswer;
  values: DraftValues;
  expiresAt: Date;
  /** The path of the form that goes on from here. */
  base: string;
}

/**
 * Keeps what was typed so far, encrypted, for 30 days. Nothing of it is checked or sent in. Returns the address to hand
 * on, whose secret is not kept. Throws invalid for more than 32 kB.
 */
export async function saveDraft(
  ctx: Ctx,
  place: SigningPlace,
  language: string,
  typed: Record<string, unknown>,
): Promise<{ address: string }> {
  const text = JSON.stringify(fieldsOf(typed));
  if (Buffer.byteLength(text) > LARGEST) throw invalid("signatures.draft_too_large");
  return transaction(ctx, async (tx) => {
    const id = newId(tx.clock);
    const at = tx.clock.now();
    const expiresAt = new Date(at.getTime() + DRAFT_DAYS * DAY);
    await insertDraft(tx.db, {
      id,
      letter_id: place.letter.id,
      invitation_id: place.invitation?.id ?? null,
      language,
      sealed: tx.keys.encrypt(text, id),
      created_at: at,
      expires_at: expiresAt,
    });
    const link = await makeLink(tx, "draft", id, expiresAt);
    await record(tx, { action: "signature.draft_saved", letterId: place.letter.id, subjectId: id });
    return { address: linkAddress(tx, link) };
  });
}

function fieldsOf(typed: Record<string, unknown>): DraftValues {
  const kept = Object.entries(typed).filter(
    (entry): entry is [string, string] =>
      typeof entry[1] === "string" &&
      entry[1] !== "" &&
      entry[0].length <= LONGEST_NAME &&
      !["step", "change", "do", "authority"].includes(entry[0]),
  );
  return Object.fromEntries(kept);
}

/**
 * Opens a half-filled form to look; changes nothing. Throws not_found for a secret we never gave out, gone once it was
 * deleted or its 30 days are over.
 */
export async function openDraft(ctx: Ctx, token: string): Promise<Draft> {
  const { row } = await standing(ctx, token);
  const letter = await letterToAnswer(ctx, row.letter_id, row.language);
  const text = ctx.keys.decrypt(row.sealed ?? Buffer.alloc(0), row.id);
  return {
    letter,
    values: JSON.parse(text) as DraftValues,
    expiresAt: row.expires_at,
    base: row.invitation_id ? await personalPath(ctx, row.invitation_id) : `/letters/${letter.slug}`,
  };
}

async function standing(ctx: Ctx, token: string): Promise<{ row: DraftRow }> {
  const { link, verdict } = await openLink(ctx, "draft", token);
  const row = await findDraft(ctx.db, link.subjectId);
  if (!row) throw notFound("link.unknown");
  if (verdict !== "usable" || row.sealed === null) throw gone("signatures.draft_over");
  return { row };
}

async function personalPath(ctx: Ctx, invitationId: string): Promise<string> {
  const link = await standingLink(ctx, "invitation", invitationId);
  if (!link) throw gone("signatures.draft_over");
  return new URL(linkAddress(ctx, link)).pathname;
}

/** Deletes a half-filled form; its address does nothing any more. Throws not_found, gone where it has ended. */
export async function deleteDraft(ctx: Ctx, token: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const { row } = await standing(tx, token);
    await revokeLinks(tx, "draft", row.id);
    await wipeDraft(tx.db, row.id);
    await record(tx, { action: "signature.draft_deleted", letterId: row.letter_id, subjectId: row.id });
  });
}

/** Empties the forms whose 30 days are over; the worker asks again and again. Returns how many. */
export async function forgetDrafts(ctx: Ctx): Promise<number> {
  return wipeEndedDrafts(ctx.db, ctx.clock.now());
}
