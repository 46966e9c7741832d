/** Asking a signatory something before an entry is decided. While we wait, the time of the review stands still. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { linkPlaceholder } from "../links/link.js";
import { ensureLink, holdLink, openLink } from "../links/service.js";
import { queueMail } from "../mail/service.js";
import { transitionAnswer } from "../declines/service.js";
import { mayAskOnce } from "../signatures/authority-mail-service.js";
import { mailNames } from "../signatures/mail-service.js";
import { signatureDetail } from "../signatures/views.js";
import { keepInformation, takeInformation } from "../signatures/information-service.js";
import { createTask } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { settleClaim } from "./claim-service.js";
import { askCommand, informationCommand } from "./commands.js";
import { insertRequest, listRequests, lockNewestRequest, setAnswered, type RequestRow } from "./store.js";

/**
 * Asks the signatory of an entry in review; the mail holds a link to answer by. Throws invalid without a question,
 * conflict for a stale row_version, an entry that is not in review, one that somebody else has taken, or one that has
 * caused five mails.
 */
export async function askForInformation(ctx: Ctx, id: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const command = parse(askCommand, input);
  if (!isUuid(id)) throw notFound("signatures.unknown");
  await transaction(ctx, async (tx) => {
    await settleClaim(tx, id, command.despite_claim);
    if (!(await mayAskOnce(tx, id))) throw conflict("signatures.too_many_mails");
    await transitionAnswer(tx, id, { to: "needs_information", row_version: command.row_version });
    const entry = await signatureDetail(tx, id);
    if (!entry) throw notFound("signatures.unknown");
    const request: RequestRow = {
      id: newId(tx.clock),
      signature_id: id,
      question: command.question,
      asked_by: staffId(tx),
      asked_at: tx.clock.now(),
      answer: null,
      answered_at: null,
    };
    await insertRequest(tx.db, request);
    const letter = await letterToAnswer(tx, entry.letter_id, entry.language);
    const link = await ensureLink(tx, "manage", id);
    await queueMail(tx, {
      purpose: "transactional",
      sendKey: `signature-question:${request.id}`,
      template: "signature-question",
      data: {
        ...mailNames(entry, letter),
        signature: id,
        question: command.question,
        link: `${linkPlaceholder(link.id)}/answer`,
      },
      language: entry.language,
      to: { email: entry.signatory_email, name: entry.signatory_name },
      letterId: entry.letter_id,
      organisationId: entry.organisation_id,
    });
  });
}

/** A question as the holder of the link meets it. */
export interface OpenQuestion {
  signatureId: string;
  letter: LetterToAnswer;
  organisation: string;
  language: string;
  question: string | null;
  /** open: the form acts · answered: it has · over: nothing is asked any more. */
  verdict: "open" | "answered" | "over";
}

/** What we have asked, for the page behind the link; changes nothing. Throws not_found for a secret we never gave out. */
export async function openQuestion(ctx: Ctx, token: string): Promise<OpenQuestion> {
  const { link, verdict } = await openLink(ctx, "manage", token);
  const entry = await signatureDetail(ctx, link.subjectId);
  if (!entry) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, entry.letter_id, entry.language);
  const newest = (await listRequests(ctx.db, entry.id)).at(-1);
  const open = verdict === "usable" && newest?.answered_at === null && entry.state === "needs_information";
  return {
    signatureId: entry.id,
    letter,
    organisation: entry.display_name,
    language: entry.language,
    question: open ? newest.question : null,
    verdict: open ? "open" : newest?.answered_at ? "answered" : "over",
  };
}

/**
 * Takes the signatory's answer, by the link of the question or from their own page; the entry goes back to the review,
 * and its time runs on. Sending it again changes nothing. Throws conflict when nothing is asked any more, gone for an
 * ended link.
 */
export async function giveInformation(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const command = parse(informationCommand, input);
  const opened = await openLink(ctx, "manage", token);
  const seen = await signatureDetail(ctx, opened.link.subjectId);
  if (!seen) throw notFound("link.unknown");
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [seen.organisation_id] });
    const { link } = await holdLink(tx, "manage", token);
    const request = await lockNewestRequest(tx.db, link.subjectId);
    const row = await takeInformation(tx, link.subjectId);
    if (!row && request?.answered_at) return;
    if (!row) throw conflict("review.nothing_asked");
    if (request && !request.answered_at) await setAnswered(tx.db, request.id, command.answer, tx.clock.now());
    else await keepInformation(tx, row.id, command.answer);
    await record(tx, {
      action: "signature.information_given",
      letterId: row.letter_id,
      organisationId: row.organisation_id,
      subjectId: row.id,
    });
    await createTask(tx, {
      kind: "review_signature",
      letterId: row.letter_id,
      organisationId: row.organisation_id,
      subjectId: row.id,
      detail: { answered: true },
    });
  });
}

/** The questions about an entry with their answers, oldest first. */
export async function questionsAbout(ctx: Ctx, signatureId: string): Promise<RequestRow[]> {
  requirePermission(ctx, "signatures:read");
  return listRequests(ctx.db, signatureId);
}
