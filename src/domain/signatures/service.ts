import { as, transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, invalid, notFound } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { mayAnswer, type AnswerVerdict, type Door } from "../invitations/invitation.js";
import { noteAnswer, openInvitation } from "../invitations/service.js";
import { endOf, letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { siteNow } from "../letters/site-service.js";
import { revokeLinks } from "../links/service.js";
import { createOrganisation, matchOrganisation } from "../organisations/service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { authorityColumns } from "./authority-columns.js";
import { submitSignatureCommand, type SignatureInput } from "./commands.js";
import { mailConfirmation, mailDuplicate, newConfirmLink, standingConfirmLink } from "./mail-service.js";
import { requireSecondOfficer } from "./evidence-service.js";
import { beginHistory, moveSignature } from "./movement-service.js";
import { networkHash } from "./network-service.js";
import { checkClause } from "./reservation.js";
import { conditionOf, pinTenLargest, requireTenLargest } from "./pledge-service.js";
import { judgeDuplicate } from "./signature.js";
import { insertSignature, lockLiveSignature, type SignatureRow } from "./store.js";

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
  const letter = await letterToAnswer(ctx, via.slug, language);
  const verdict = mayAnswer(letter, "public", ctx.clock.now());
  if (letter.state === "removed") throw gone("letter.removed");
  if (verdict === "not_yet" || verdict === "gone") throw notFound("letter.unknown");
  return { letter, door: via.door, verdict, invitation: undefined };
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
 * Takes a signature in and mails its signatory a link to confirm it. The answer is the same for a new one, a second
 * one and one of an organisation that has signed already; only the mail tells (promise 17). `input` is what a form sent, checked here against `submitSignatureCommand`. Throws invalid with the
 * fields that do not fit, conflict when the letter takes no answers.
 */
export async function submitSignature(
  ctx: Ctx,
  via: Via,
  input: unknown,
): Promise<{ letter: LetterToAnswer }> {
  const { place, command } = await checkSignature(ctx, via, input);
  await transaction(ctx, async (tx) => {
    const organisationId = place.invitation?.organisationId ?? (await organisationFor(tx, command));
    await holdLocks(tx.db, { organisation: [organisationId] });
    const row = {
      ...newRow(tx, place, command, organisationId),
      network_hash: networkHash(tx, via.network),
    };
    if (await insertSignature(tx.db, row)) return begin(tx, row, place);
    const live = await lockLiveSignature(tx.db, row.letter_id, organisationId);
    if (!live) throw conflict("signatures.try_again");
    await meetDuplicate(tx, live, row, place);
  });
  return { letter: place.letter };
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

/** The organisation that a public submission speaks for: one with the same name and country, or a new one. */
async function organisationFor(tx: Ctx, command: SignatureInput): Promise<string> {
  const wanted = { name: command.display_name, country: command.country };
  await holdLocks(tx.db, { organisation: [`new ${wanted.country} ${wanted.name.toLowerCase()}`] });
  const known = await matchOrganisation(tx, wanted);
  if (known) return known.id;
  const system = as(tx, { kind: "system", name: "public form" });
  const created = await createOrganisation(system, {
    ...wanted,
    sector: command.sector,
    source: "public form",
  });
  return created.id;
}

function newRow(tx: Ctx, place: SigningPlace, command: SignatureInput, organisationId: string): SignatureRow {
  const pledge = command.appearance === "pledge";
  return {
    id: newId(tx.clock),
    letter_id: place.letter.id,
    version_id: place.letter.versionId,
    content_hash: place.letter.contentHash,
    organisation_id: organisationId,
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

async function begin(tx: Ctx, row: SignatureRow, place: SigningPlace): Promise<void> {
  await beginHistory(tx, row.id);
  await pinTenLargest(tx, row);
  if (place.invitation) await noteAnswer(tx, place.invitation.id, row.kind);
  const link = await newConfirmLink(tx, row.id);
  await mailConfirmation(tx, row, place.letter, link);
  await record(tx, {
    action: "signature.submitted",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    contactId: place.invitation?.contactId,
    subjectId: row.id,
    detail: { kind: row.kind, visibility: row.visibility, door: place.door },
  });
}

async function meetDuplicate(
  tx: Ctx,
  live: SignatureRow,
  incoming: SignatureRow,
  place: SigningPlace,
): Promise<void> {
  const same = saysTheSame(live, incoming);
  const verdict = judgeDuplicate(
    { state: live.state, invitationId: live.invitation_id, same },
    incoming.invitation_id,
  );
  if (verdict === "replace") {
    await moveSignature(tx, live, "replaced");
    await revokeLinks(tx, "confirm", live.id);
    if (!(await insertSignature(tx.db, incoming))) throw conflict("signatures.try_again");
    if (live.state !== "submitted") await askForReview(tx, live, incoming, place);
    return begin(tx, incoming, place);
  }
  if (verdict === "notify") await mailDuplicate(tx, live, place.letter);
  else await mailConfirmation(tx, live, place.letter, await standingConfirmLink(tx, live.id));
  await record(tx, {
    action: "signature.submitted_again",
    letterId: live.letter_id,
    organisationId: live.organisation_id,
    subjectId: live.id,
    detail: { door: place.door },
  });
}

/** A confirmed signature from the public page gave way to an invited one: a person looks at what each says. */
async function askForReview(
  tx: Ctx,
  replaced: SignatureRow,
  incoming: SignatureRow,
  place: SigningPlace,
): Promise<void> {
  await settleTasks(tx, "review_signature", replaced.id);
  await createTask(tx, {
    kind: "review_signature",
    letterId: incoming.letter_id,
    organisationId: incoming.organisation_id,
    contactId: place.invitation?.contactId ?? null,
    subjectId: incoming.id,
    detail: { replaced: replaced.id },
  });
}

const COMPARED = [
  "kind",
  "visibility",
  "scope",
  "display_name",
  "country",
  "sector",
  "signatory_name",
  "signatory_title",
  "signatory_email",
  "submitter_email",
  "second_email",
  "contact_name",
  "contact_email",
  "quote",
  "reservation_clause",
  "reservation",
  "help_offered",
  "condition_count",
  "condition_class",
] as const;

function saysTheSame(one: SignatureRow, other: SignatureRow): boolean {
  return COMPARED.every((column) => one[column] === other[column]);
}
