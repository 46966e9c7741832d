import { transaction, type Ctx } from "../../platform/context.js";
import type { Db } from "../../platform/db.js";
import { DomainError, conflict, gone, invalid, notFound } from "../../platform/errors.js";
import { TooManyWaiting, gather, onePer } from "../../platform/gathering.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { actToKeep } from "../activity/service.js";
import { mayAnswer, type AnswerVerdict, type Door } from "../invitations/invitation.js";
import { noteAnswer, openInvitation } from "../invitations/service.js";
import { endOf, letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { siteNow } from "../letters/site-service.js";
import { linkToKeep } from "../links/service.js";
import { mailToKeep } from "../mail/service.js";
import { nameKey } from "../organisations/name-key.js";
import { authorityColumns } from "./authority-columns.js";
import { submitSignatureCommand, type SignatureInput } from "./commands.js";
import { CONFIRM_LINK_LIFE, confirmationMail } from "./mail-service.js";
import { requireSecondOfficer } from "./evidence-service.js";
import { firstStep } from "./movement-service.js";
import { networkHash } from "./network-service.js";
import { checkClause } from "./reservation.js";
import { conditionOf, requireTenLargest } from "./pledge-service.js";
import type { SignatureRow } from "./store.js";
import { takeInSubmissions, type Submission } from "./submission-store.js";

/** How submissions by the public page go together: runs at a time, items a run, and how many may wait. */
const AT_ONCE = { runs: 3, size: 40, waiting: 400 } as const;

/** After how many seconds somebody comes back who found too many waiting. */
const COME_BACK_AFTER = 5;

/** How somebody came to sign: by the secret of a personal link, or by the address of a letter. */
export type Via = ({ door: "invitation"; token: string } | { door: "public"; slug: string }) & {
  /** The network address that the form came from; only a hash of its first part is kept. */
  network?: string | undefined;
};

/** Where a signature is being given. */
export interface SigningPlace {
  letter: LetterToAnswer;
  door: Door;
  verdict: AnswerVerdict;
  invitation: { id: string; organisationId: string; contactId: string } | undefined;
}

/** The letter, and the invitation if there is one, behind a way of signing. Throws not_found where there is none. */
export async function signingPlace(ctx: Ctx, via: Via, language: string): Promise<SigningPlace> {
  const place = await placeBehind(ctx, via, language);
  const paused = place.verdict === "open" && (await siteNow(ctx)).signing_paused;
  return paused ? { ...place, verdict: "paused" } : place;
}

async function placeBehind(ctx: Ctx, via: Via, language: string): Promise<SigningPlace> {
  if (via.door === "invitation") {
    const { invitation, letter, verdict } = await openInvitation(ctx, via.token, language);
    return {
      letter,
      door: via.door,
      verdict,
      invitation: {
        id: invitation.id,
        organisationId: invitation.organisation_id,
        contactId: invitation.contact_id,
      },
    };
  }
  const letter = await letterNow(ctx, via.slug, language);
  const verdict = mayAnswer(letter, "public", ctx.clock.now());
  if (letter.state === "removed") throw gone("letter.removed");
  if (verdict === "not_yet" || verdict === "gone") throw notFound("letter.unknown");
  return { letter, door: via.door, verdict, invitation: undefined };
}

/** Reads letters for whoever asks meanwhile: a read that began earlier serves nobody, so that a pause counts at once. */
const letterReads = onePer((db: Db) =>
  gather<{ ctx: Ctx; slug: string; language: string }, { answer: Promise<LetterToAnswer> }>({
    work: async (asked) => {
      const reads = new Map<string, Promise<LetterToAnswer>>();
      const answers = asked.map(({ ctx, slug, language }) => {
        const name = `${language} ${slug}`;
        const read = reads.get(name) ?? letterToAnswer({ ...ctx, db }, slug, language);
        reads.set(name, read);
        return read;
      });
      await Promise.allSettled(reads.values());
      return answers.map((answer) => ({ answer }));
    },
    runs: 2,
    size: 200,
    waiting: Number.POSITIVE_INFINITY,
  }),
);

async function letterNow(ctx: Ctx, slug: string, language: string): Promise<LetterToAnswer> {
  if (ctx.db.isTransaction) return letterToAnswer(ctx, slug, language);
  return (await letterReads(ctx.db)({ ctx, slug, language })).answer;
}

/** Checks what a signing form says, without keeping anything: for the page that shows all answers before they are sent. */
export async function checkSignature(
  ctx: Ctx,
  via: Via,
  input: unknown,
): Promise<{ place: SigningPlace; command: SignatureInput }> {
  const command = parse(submitSignatureCommand, input);
  const place = await signingPlace(ctx, via, command.language);
  requireOpen(place);
  checkDeadline(ctx, command, place.letter);
  checkClause(command.reservation_clause, place.letter.bodyMd);
  await requireTenLargest(ctx, command);
  await requireSecondOfficer(ctx, place.letter.id, command);
  return { place, command };
}

/**
 * Takes a signature in and mails its signatory a link to confirm it. The way is the same for a new one, a second one and
 * one of an organisation that has signed already: nobody looks, so that nothing can tell (promise 17). `input` is what a
 * form sent, checked here against `submitSignatureCommand`. Throws invalid with the fields that do not fit, conflict
 * when the letter takes no answers, unavailable when too many wait.
 */
export async function submitSignature(
  ctx: Ctx,
  via: Via,
  input: unknown,
): Promise<{ letter: LetterToAnswer }> {
  const { place, command } = await checkSignature(ctx, via, input);
  const submission = compose(ctx, place, {
    ...newRow(ctx, place, command),
    network_hash: networkHash(ctx, via.network),
  });
  if (place.invitation) await takeInInvited(ctx, submission, place.invitation.id);
  else await takeIn(ctx, submission);
  return { letter: place.letter };
}

async function takeInInvited(ctx: Ctx, submission: Submission, invitationId: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    await takeInSubmissions(tx.db, [submission]);
    await noteAnswer(tx, invitationId, submission.entry.kind);
  });
}

const gathered = onePer((db: Db) =>
  gather<Submission, string>({
    work: async (submissions) => takeInSubmissions(db, submissions),
    key: ({ mail }) => mail.to_email.toLowerCase(),
    ...AT_ONCE,
  }),
);

/** Several that come at once share a transaction, so that one wait for the disk serves all of them. */
async function takeIn(ctx: Ctx, submission: Submission): Promise<void> {
  if (ctx.db.isTransaction) return void (await takeInSubmissions(ctx.db, [submission]));
  try {
    await gathered(ctx.db)(submission);
  } catch (error) {
    if (!(error instanceof TooManyWaiting)) throw error;
    throw new DomainError("unavailable", "signatures.too_many", {}, { retryAfter: COME_BACK_AFTER });
  }
}

function requireOpen(place: SigningPlace): void {
  if (place.verdict !== "open") throw conflict(`answers.${place.verdict}`);
}

function checkDeadline(ctx: Ctx, command: SignatureInput, letter: LetterToAnswer): void {
  if (command.appearance !== "pledge" || !command.condition_deadline) return;
  const today = ctx.clock.now().toISOString().slice(0, 10);
  const last = endOf(letter)?.toISOString().slice(0, 10);
  const problem =
    command.condition_deadline <= today
      ? "errors.signatures.deadline_past"
      : last && command.condition_deadline > last
        ? "errors.signatures.deadline_after_end"
        : undefined;
  if (problem) throw invalid("form.invalid", { condition_deadline: problem });
}

/** By what a submission is found again that waits: the invitation, else the country and the folded name. */
function waitsAs(place: SigningPlace, command: SignatureInput): string {
  return place.invitation ? place.invitation.id : `${command.country} ${nameKey(command.display_name)}`;
}

function newRow(tx: Ctx, place: SigningPlace, command: SignatureInput): SignatureRow {
  const pledge = command.appearance === "pledge";
  return {
    id: newId(tx.clock),
    letter_id: place.letter.id,
    version_id: place.letter.versionId,
    content_hash: place.letter.contentHash,
    organisation_id: place.invitation?.organisationId ?? null,
    waits_as: waitsAs(place, command),
    invitation_id: place.invitation?.id ?? null,
    kind: pledge ? "pledge" : "signature",
    visibility: command.appearance === "confidential" ? "confidential" : "public",
    state: "submitted",
    scope: command.scope,
    display_name: command.display_name,
    country: command.country,
    sector: command.sector,
    signatory_name: command.signatory_name,
    signatory_title: command.signatory_title,
    signatory_email: command.signatory_email,
    contact_name: command.contact_name ?? null,
    contact_email: command.contact_email ?? null,
    ...authorityColumns(command),
    quote: command.quote ?? null,
    quote_approved: false,
    reservation_clause: command.reservation_clause ?? null,
    reservation: command.reservation ?? null,
    help_offered: command.help_offered ?? null,
    language: command.language,
    ...conditionOf(command),
    rejection_code: null,
    rejection_note: null,
    submitted_at: tx.clock.now(),
    confirmed_at: null,
    accepted_at: null,
    published_at: null,
    withdrawn_at: null,
    activated_at: null,
    reviewed_by: null,
    row_version: 1,
  };
}

function compose(ctx: Ctx, place: SigningPlace, entry: SignatureRow): Submission {
  const at = ctx.clock.now();
  const expiresAt = new Date(at.getTime() + CONFIRM_LINK_LIFE);
  const link = linkToKeep(ctx, "confirm", entry.id, expiresAt);
  return {
    entry,
    history: firstStep(ctx),
    link,
    mail: mailToKeep(ctx, confirmationMail(entry, place.letter, { id: link.id, expiresAt }, 1)),
    activity: actToKeep(ctx, {
      action: "signature.submitted",
      letterId: entry.letter_id,
      organisationId: entry.organisation_id,
      contactId: place.invitation?.contactId,
      detail: { kind: entry.kind, visibility: entry.visibility, door: place.door },
    }),
  };
}
