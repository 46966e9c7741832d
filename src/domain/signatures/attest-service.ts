/** What an officer does by a link of their own: attest, hand the question on, refuse. No account, one act a link. */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, gone, invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { emailDomain } from "../../platform/email-address.js";
import { holdLocks } from "../../platform/locks.js";
import { mailProvider } from "../../platform/mail-providers.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import type { Link } from "../links/link.js";
import { holdLink, openLink, revokeLinks, useLink } from "../links/service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { delegateCommand, type DelegateInput } from "./authority-commands.js";
import { mailOfficer, mayAskOnce, standingAttestLink } from "./authority-mail-service.js";
import {
  addOfficer,
  allAttested,
  askOfficer,
  concludeAttestation,
  keepAttestation,
  mailAsked,
  ownDomain,
} from "./authority-service.js";
import { isSameMailbox } from "./evidence.js";
import { moveSignature } from "./movement-service.js";
import { judgeOfficer, mayDelegate, type OfficerVerdict } from "./officer.js";
import {
  findOfficer,
  listOfficers,
  setDeclined,
  setOfficer,
  setSignatory,
  type OfficerRow,
} from "./officer-store.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** An officer's link as its holder meets it. */
export interface Attestation {
  letter: LetterToAnswer;
  signature: SignatureRow;
  officer: OfficerRow;
  verdict: OfficerVerdict;
}

/** Opens an officer's link to look; changes nothing. Throws not_found for a secret we never gave out. */
export async function openAttestation(ctx: Ctx, token: string): Promise<Attestation> {
  const { link, verdict } = await openLink(ctx, "attest", token);
  const officer = await findOfficer(ctx.db, link.subjectId);
  const signature = officer && (await findSignature(ctx.db, officer.signature_id));
  if (!signature) throw notFound("link.unknown");
  const letter = await letterToAnswer(ctx, signature.letter_id, signature.language);
  return { letter, signature, officer, verdict: judgeOfficer(officer, verdict, signature.state) };
}

type Act = (tx: Ctx, held: Attestation & { link: Link }) => Promise<void>;

/**
 * Holds everything that an act by an officer's link touches, and acts once. A replay meets what the first press left and
 * changes nothing. Throws gone for an ended link and for an entry that no longer waits for its officer.
 */
async function actOnce(
  ctx: Ctx,
  token: string,
  done: OfficerVerdict | undefined,
  act: Act,
): Promise<Attestation> {
  const opened = await openAttestation(ctx, token);
  return transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [opened.signature.organisation_id] });
    if (opened.verdict === done) return openAttestation(tx, token);
    const { link } = await holdLink(tx, "attest", token);
    await lockSignature(tx.db, opened.signature.id);
    const now = await openAttestation(tx, token);
    if (now.verdict === done) return now;
    if (now.verdict !== "usable") throw gone(`signatures.attest_${now.verdict}`);
    await act(tx, { ...now, link });
    return openAttestation(tx, token);
  });
}

/**
 * The officer attests that they may bind the organisation and that it signs. Once everybody who has to has done so, the
 * entry goes into the review. Pressing twice changes nothing more. Throws gone where the link or the entry is over.
 */
export async function attestSignature(ctx: Ctx, token: string): Promise<Attestation> {
  return actOnce(ctx, token, "attested", async (tx, { officer, signature, letter, link }) => {
    await useLink(tx, link);
    await setOfficer(tx.db, officer.id, { state: "attested", answered_at: tx.clock.now() });
    await keepAttestation(tx, signature, officer.email ?? "", officer.id);
    if (await allAttested(tx, signature)) await concludeAttestation(tx, signature, letter);
    await note(tx, signature, "signature.attested", { place: officer.place });
  });
}

/**
 * The officer refuses: the entry goes no further and leaves no public trace. Pressing twice changes nothing more. Throws
 * gone where the link or the entry is over.
 */
export async function refuseSignature(ctx: Ctx, token: string): Promise<Attestation> {
  return actOnce(ctx, token, "refused", async (tx, { officer, signature, link }) => {
    await useLink(tx, link);
    await setOfficer(tx.db, officer.id, { state: "refused", answered_at: tx.clock.now() });
    for (const other of await listOfficers(tx.db, signature.id)) {
      if (other.id !== officer.id) await revokeLinks(tx, "attest", other.id);
    }
    await moveSignature(tx, signature, "refused");
    await note(tx, signature, "signature.refused", { place: officer.place });
  });
}

/**
 * The officer hands the question on to another: a new link for that one, this one is revoked. At a confirmed domain the
 * new officer is asked at once, else once staff approve. Throws invalid for an address that is the submitter's, one's
 * own, the other officer's or one at a mail service, conflict after two delegations and once the entry has caused five mails.
 */
export async function delegateAttestation(ctx: Ctx, token: string, input: unknown): Promise<Attestation> {
  const command = parse(delegateCommand, input);
  return actOnce(ctx, token, undefined, async (tx, { officer, signature, letter }) => {
    if (!mayDelegate(officer)) throw conflict("signatures.delegated_twice");
    refuseBorrowed(command, officer, signature);
    if (!(await mayAskOnce(tx, signature.id))) throw conflict("signatures.too_many_mails");
    await revokeLinks(tx, "attest", officer.id);
    await setOfficer(tx.db, officer.id, { state: "delegated", answered_at: tx.clock.now() });
    const named = { place: officer.place, ...command };
    const given = { from: officer.id, delegation: officer.delegation + 1 };
    const known = (await ownDomain(tx, signature, command.email)) !== undefined;
    if (known) {
      await setSignatory(tx.db, signature.id, officer.place, command);
      await askOfficer(tx, signature, letter, named, given);
    } else {
      const added = await addOfficer(tx, signature.id, named, { state: "waits_for_staff", ...given });
      await createTask(tx, {
        kind: "approve_officer",
        letterId: signature.letter_id,
        organisationId: signature.organisation_id,
        subjectId: added.id,
        detail: { signature: signature.id },
      });
    }
    await note(tx, signature, "signature.delegated", { place: officer.place, approved: known });
  });
}

function refuseBorrowed(command: DelegateInput, officer: OfficerRow, signature: SignatureRow): void {
  const other = officer.place === 1 ? signature.second_email : signature.signatory_email;
  const problem = (
    [
      [signature.submitter_email, "errors.signatures.officer_is_submitter"],
      [other, "errors.signatures.officer_is_other"],
      [officer.email, "errors.signatures.officer_is_you"],
    ] as const
  ).find(([email]) => email !== null && isSameMailbox(email, command.email));
  if (problem) throw invalid("form.invalid", { email: problem[1] });
  if (atMailService(command.email))
    throw invalid("form.invalid", { email: "errors.signatures.officer_mail_service" });
}

/** At a mail service anybody can have an address; no confirmed domain will ever vouch for it (ruling 19). */
function atMailService(email: string): boolean {
  return mailProvider(emailDomain(email.toLowerCase())) !== undefined;
}

/** Notes that a refusal was recorded as a decline. Returns whether it was not before; the first one holds the others up. */
export async function noteDeclined(tx: Ctx, officerId: string): Promise<boolean> {
  return setDeclined(tx.db, officerId, tx.clock.now());
}

/** Mails the officer's link again, a fresh one where it has ended; once an hour, five mails a signature in all. */
export async function mailOfficerAgain(ctx: Ctx, token: string): Promise<Attestation> {
  const opened = await openAttestation(ctx, token);
  if (opened.verdict !== "expired" && opened.verdict !== "usable") return opened;
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [opened.signature.organisation_id] });
    await repeatAsking(tx, opened.officer, opened.letter);
  });
  return opened;
}

/**
 * Mails the link of an officer who is asked once more; nothing for one who is not, or whose entry waits for nobody. The
 * organisation's lock must be held.
 */
export async function repeatAsking(
  tx: Ctx,
  seen: Pick<OfficerRow, "id" | "signature_id">,
  letter: LetterToAnswer,
): Promise<void> {
  const row = await lockSignature(tx.db, seen.signature_id);
  const officer = await findOfficer(tx.db, seen.id);
  if (row?.state !== "awaiting_authority" || officer?.state !== "asked") return;
  const link = await standingAttestLink(tx, officer.id);
  const copy = `again:${tx.clock.now().toISOString().slice(0, 13)}`;
  await mailOfficer(tx, row, letter, { officer, link, copy });
  await note(tx, row, "signature.link_sent_again", {});
}

/**
 * Staff let an officer be asked who was named at an address that no confirmed domain vouches for, or turn them down;
 * then whoever named them is asked again. Throws not_found, conflict where this was settled before, and for an address at
 * a mail service, which can only be turned down.
 */
export async function settleDelegate(
  ctx: Ctx,
  officerId: string,
  input: { approve: boolean },
): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const seen = isUuid(officerId) ? await findOfficer(ctx.db, officerId) : undefined;
  if (!seen) throw notFound("signatures.unknown_officer");
  await transaction(ctx, async (tx) => {
    const row = await lockSignature(tx.db, seen.signature_id);
    const officer = await findOfficer(tx.db, officerId);
    if (row?.state !== "awaiting_authority" || officer?.state !== "waits_for_staff")
      throw conflict("signatures.officer_settled");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    if (input.approve && atMailService(officer.email ?? ""))
      throw conflict("signatures.officer_mail_service");
    if (input.approve) await approve(tx, row, letter, officer);
    else await turnDown(tx, row, letter, officer);
    await settleTasks(tx, "approve_officer", officer.id);
    await note(tx, row, input.approve ? "signature.officer_approved" : "signature.officer_turned_down", {});
  });
}

async function approve(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  officer: OfficerRow,
): Promise<void> {
  await setOfficer(tx.db, officer.id, { state: "asked", approved_by: staffId(tx) });
  await setSignatory(tx.db, row.id, officer.place, namedAs(officer));
  await mailAsked(tx, row, letter, officer);
}

async function turnDown(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  officer: OfficerRow,
): Promise<void> {
  await setOfficer(tx.db, officer.id, { state: "turned_down", answered_at: tx.clock.now() });
  const before = officer.delegated_from ? await findOfficer(tx.db, officer.delegated_from) : undefined;
  if (!before?.email) return;
  const named = { place: before.place, ...namedAs(before) };
  await askOfficer(tx, row, letter, named, { from: officer.id, delegation: officer.delegation });
}

function namedAs({ name, title, email }: OfficerRow) {
  return { name: name ?? "", title: title ?? "", email: email ?? "" };
}

async function note(
  tx: Ctx,
  row: SignatureRow,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail,
  });
}
