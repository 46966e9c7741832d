import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, notFound } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { mayAmend } from "../letters/letter.js";
import { listVersions, type CurrentText, type Version } from "../letters/views.js";
import { linkPlaceholder } from "../links/link.js";
import { ensureLink, holdLink, openLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import { requirePermission } from "../team/service.js";
import { moveSignature } from "./movement-service.js";
import {
  countReminder,
  insertAsking,
  listToAsk,
  listToRemind,
  setReaffirmed,
  type ToAsk,
} from "./reaffirm-store.js";
import { settleAccepted } from "./settling-service.js";
import type { SignatureState } from "./signature.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

const BATCH = 200;
const FIRST_REMINDER = 7 * DAY;
const SECOND_REMINDER = 21 * DAY;

/**
 * Asks the signatories of letters whose meaning changed whether they still sign, a batch at a time; a tick of the
 * worker calls it. They stay listed under the version they signed. Returns how many were asked.
 */
export async function askForReaffirmation(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "signatures:review");
  const due = await listToAsk(ctx.db, BATCH);
  let asked = 0;
  for (const each of due) asked += await askOne(ctx, each);
  return asked;
}

async function askOne(ctx: Ctx, { id, organisation_id, version_id }: ToAsk): Promise<number> {
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [organisation_id] });
    const row = await lockSignature(tx.db, id);
    if (!row || !ASKED_FROM.has(row.state)) return 0;
    const asking = {
      signature_id: id,
      version_id,
      asked_at: tx.clock.now(),
      reminders: 0,
      reaffirmed_at: null,
    };
    if (!(await insertAsking(tx.db, asking))) return 0;
    const moved = row.state === "needs_reaffirmation" ? row : await moveSignature(tx, row, "text_changed");
    await mailAsk(tx, moved, version_id, 0);
    await note(tx, moved, "signature.asked_again");
    return 1;
  });
}

const ASKED_FROM: ReadonlySet<SignatureState> = new Set<SignatureState>([
  "accepted",
  "published",
  "held",
  "standing",
  "needs_reaffirmation",
]);

/** Reminds those who have not answered after 7 and after 21 days; nobody is taken off for silence. Returns how many. */
export async function remindToReaffirm(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "signatures:review");
  const now = ctx.clock.now().getTime();
  const due = await listToRemind(ctx.db, {
    firstBefore: new Date(now - FIRST_REMINDER),
    secondBefore: new Date(now - SECOND_REMINDER),
    limit: BATCH,
  });
  for (const { id, version_id } of due) {
    await transaction(ctx, async (tx) => {
      const row = await lockSignature(tx.db, id);
      if (row?.state !== "needs_reaffirmation") return;
      await mailAsk(tx, row, version_id, await countReminder(tx.db, id, version_id));
    });
  }
  return due.length;
}

async function mailAsk(tx: Ctx, row: SignatureRow, versionId: string, reminder: number): Promise<void> {
  const letter = await letterToAnswer(tx, row.letter_id, row.language);
  const link = await ensureLink(tx, "manage", row.id);
  await queueMail(tx, {
    purpose: "transactional",
    sendKey: `signature-reaffirm:${row.id}:${versionId}:${reminder}`,
    template: "signature-reaffirm",
    data: {
      organisation: row.display_name,
      signatory: row.signatory_name,
      letterTitle: letter.title.replace(/[.\s]+$/u, ""),
      reason: letter.versionReason,
      version: letter.versionNumber,
      link: `${linkPlaceholder(link.id)}/reaffirm`,
    },
    language: row.language,
    to: { email: row.signatory_email, name: row.signatory_name },
    letterId: row.letter_id,
    organisationId: row.organisation_id,
  });
}

/** What the holder of a manage link is asked about a changed text. */
export interface Reaffirmation {
  signature: SignatureRow;
  letter: LetterToAnswer;
  /** The text they signed, in the language of the newest text if it has that. */
  signed: CurrentText;
  signedNumber: number;
  /** The version they signed and the newest one, to be compared. */
  versions: { signed: Version; newest: Version };
  /** `ask` while an answer is wanted; `done` when nothing is open any more; `over` when the letter takes none. */
  verdict: "ask" | "done" | "over";
}

/** Opens the page that asks again. Throws not_found for an unknown link, gone for a revoked one. */
export async function openReaffirmation(ctx: Ctx, token: string): Promise<Reaffirmation> {
  const { link, verdict } = await openLink(ctx, "manage", token);
  if (verdict !== "usable") throw gone("link.revoked");
  const signature = await findSignature(ctx.db, link.subjectId);
  if (!signature) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, signature.letter_id, signature.language);
  const versions = await listVersions(ctx, signature.letter_id);
  const version = versions.find(({ id }) => id === signature.version_id);
  const signed = textIn(version, letter.language);
  const [newest] = versions;
  if (!version || !signed || !newest) throw new Error(`the signature ${signature.id} has no text`);
  const open = signature.state === "needs_reaffirmation";
  const asks = open ? (mayAmend(letter.state) ? "ask" : "over") : "done";
  return {
    signature,
    letter,
    signed,
    signedNumber: version.number,
    versions: { signed: version, newest },
    verdict: asks,
  };
}

function textIn(version: Version | undefined, language: string): CurrentText | undefined {
  return version?.texts.find((text) => text.language === language) ?? version?.texts[0];
}

/**
 * The signatory says yes to the newest text, whose number the page showed: the entry is pinned to it and goes back to
 * where it was. A second press changes nothing. Throws conflict when a newer text came meanwhile, or none is open.
 */
export async function reaffirm(
  ctx: Ctx,
  token: string,
  input: { version: number },
): Promise<{ state: SignatureState }> {
  return transaction(ctx, async (tx) => {
    const { link } = await holdLink(tx, "manage", token);
    const seen = await findSignature(tx.db, link.subjectId);
    if (!seen) throw notFound("link.unknown");
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const row = await lockSignature(tx.db, seen.id);
    if (row?.state !== "needs_reaffirmation") return { state: row?.state ?? seen.state };
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    if (!mayAmend(letter.state)) throw conflict("letter.ended");
    if (letter.versionNumber !== input.version) throw conflict("signatures.newer_text");
    const accepted = await moveSignature(tx, row, "reaffirmed", {
      version_id: letter.versionId,
      content_hash: letter.contentHash,
    });
    await setReaffirmed(tx.db, row.id, tx.clock.now());
    const settled = await settleAccepted(tx, accepted, letter, row.published_at);
    await note(tx, settled, "signature.reaffirmed");
    return { state: settled.state };
  });
}

async function note(tx: Ctx, row: SignatureRow, action: string): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { state: row.state },
  });
}
