import { as, transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { holdLink, makeLink, openLink, revokeLinks } from "../links/service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { requirePermission } from "../team/service.js";
import { actsOpen, seenState, type ManageAct } from "./manage.js";
import { disputeCommand } from "./manage-commands.js";
import { mailDisputed, mailManageLink, mailWithdrawn } from "./manage-mail-service.js";
import { insertWords, setAppearance, setDisputed, type WordsRow } from "./manage-store.js";
import { moveSignature } from "./movement-service.js";
import { settleLater } from "./settling-service.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** An entry as the holder of its link meets it. */
export interface ManagedEntry {
  letter: LetterToAnswer;
  signature: SignatureRow;
  acts: ReadonlySet<ManageAct>;
}

/** Opens a signatory's own link to look; changes nothing. Throws not_found for a secret we never gave out, gone once it was revoked. */
export async function openManage(ctx: Ctx, token: string): Promise<ManagedEntry> {
  const { link, verdict } = await openLink(ctx, "manage", token);
  if (verdict !== "usable") throw gone(`link.${verdict}`);
  const signature = await findSignature(ctx.db, link.subjectId);
  if (!signature) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, signature.letter_id, signature.language);
  return { letter, signature, acts: actsFor(signature) };
}

function actsFor(row: SignatureRow): ReadonlySet<ManageAct> {
  const { kind, visibility, published_at } = row;
  return actsOpen({ state: seenState(row), kind, visibility, published: published_at !== null });
}

/**
 * Lets the holder of a manage link do one thing, with the entry held and the organisation as who acts. Throws conflict
 * (`signatures.not_allowed`) where the entry is not open to it.
 */
export async function actByLink<T>(
  ctx: Ctx,
  token: string,
  act: ManageAct,
  work: (tx: Ctx, row: SignatureRow, letter: LetterToAnswer) => Promise<T>,
): Promise<T> {
  const { signature } = await openManage(ctx, token);
  const company = as(ctx, { kind: "company", id: signature.id });
  return transaction(company, async (tx) => {
    await holdLocks(tx.db, { organisation: [signature.organisation_id] });
    await holdLink(tx, "manage", token);
    const row = await lockSignature(tx.db, signature.id);
    if (!row) throw notFound("link.unknown");
    if (!actsFor(row).has(act)) throw conflict("signatures.not_allowed");
    return work(tx, row, await letterToAnswer(tx, row.letter_id, row.language));
  });
}

async function note(tx: Ctx, row: SignatureRow, action: string, detail = {}): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility, ...detail },
  });
}

async function keepWords(tx: Ctx, row: SignatureRow, kind: WordsRow["kind"], body: string): Promise<void> {
  const at = tx.clock.now();
  await insertWords(tx.db, { id: newId(tx.clock), signature_id: row.id, kind, body, at });
}

/**
 * Withdraws what is in public: it stays on the list with both dates, and signing again is a new signature. What was
 * never in public is taken back without a public trace. The signatory gets a receipt.
 */
export async function withdrawSignature(ctx: Ctx, token: string): Promise<void> {
  const { acts } = await openManage(ctx, token);
  const act = acts.has("withdraw") ? "withdraw" : "take_back";
  await actByLink(ctx, token, act, async (tx, row, letter) => {
    const moved =
      act === "withdraw"
        ? await moveSignature(tx, row, "withdrawn", { withdrawn_at: tx.clock.now() })
        : await moveSignature(tx, row, "taken_back");
    await settleTasks(tx, "review_signature", row.id);
    await note(tx, moved, act === "withdraw" ? "signature.withdrawn" : "signature.taken_back");
    await mailWithdrawn(tx, moved, letter);
  });
}

/** Turns support in confidence into a public signature; only its signatory can, and no way leads back. */
export async function goPublic(ctx: Ctx, token: string): Promise<void> {
  await actByLink(ctx, token, "go_public", async (tx, row, letter) => {
    await setAppearance(tx.db, row.id, { visibility: "public" });
    const shown: SignatureRow = { ...row, visibility: "public", row_version: row.row_version + 1 };
    await note(tx, shown, "signature.went_public");
    await settleLater(tx, shown, letter);
  });
}

/** "We never signed this": the entry leaves every public output at once, and a person looks at it within a day. */
export async function disputeByLink(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const { dispute } = parse(disputeCommand, input);
  await actByLink(ctx, token, "dispute", async (tx, row, letter) => {
    if (dispute) await keepWords(tx, row, "dispute", dispute);
    await suspendDisputed(tx, row, letter);
  });
}

/** Suspends an entry that somebody of the organisation disputes. The row must be held; the step must be open. */
export async function suspendDisputed(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  // What is parked stands nowhere and needs no suspending; it could not stand beside the first as disputed either.
  const moved =
    row.state === "parked"
      ? await setDisputed(tx.db, row, tx.clock.now())
      : await moveSignature(tx, row, "disputed");
  await createTask(tx, {
    kind: "settle_dispute",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { was: row.state },
  });
  await note(tx, moved, "signature.disputed", { was: row.state });
  await mailDisputed(tx, moved, letter);
}

/** Ends the signatory's link at their or our wish; with `renew` a fresh one is mailed to the signatory. */
export async function revokeManageLink(ctx: Ctx, id: string, renew: boolean): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const seen = isUuid(id) ? await findSignature(ctx.db, id) : undefined;
  if (!seen) throw notFound("signatures.unknown");
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const row = await lockSignature(tx.db, id);
    if (!row) throw notFound("signatures.unknown");
    await revokeLinks(tx, "manage", id);
    if (renew) {
      const link = await makeLink(tx, "manage", id);
      const letter = await letterToAnswer(tx, row.letter_id, row.language);
      await mailManageLink(tx, row, letter, link.id);
    }
    await note(tx, row, renew ? "signature.link_renewed" : "signature.link_revoked");
  });
}
