/**
 * Everything between the confirmed address and the review: who may bind the organisation, and who says so. Whoever
 * signs and fills in the form attests by confirming; else each officer is asked by a link of their own.
 */
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { record } from "../activity/service.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { confirmedDomains } from "../organisations/domain-keeping-service.js";
import { ownDomainOf } from "../organisations/organisation-domain.js";
import { mailOfficer, newAttestLink } from "./authority-mail-service.js";
import { isSameMailbox } from "./evidence.js";
import { keepEvidence, type NewEvidence } from "./evidence-service.js";
import { mailConfirmed } from "./mail-service.js";
import { moveSignature } from "./movement-service.js";
import type { OfficerState } from "./officer.js";
import { insertOfficer, listOfficers, type OfficerRow } from "./officer-store.js";
import { organisationOf } from "./signature.js";
import type { SignatureRow } from "./store.js";

/** A person who may bind an organisation, as somebody named them. */
export interface NamedOfficer {
  place: 1 | 2;
  name: string;
  title: string;
  email: string;
}

/**
 * Takes a signature on whose address was just confirmed (its state is `email_confirmed`): keeps what that proves, then
 * attests and queues it for review, or asks each officer who did not fill in the form. Returns the row as it stands
 * then. The caller holds the row and its organisation's lock.
 */
export async function afterConfirmation(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  await askForAuthority(tx, row, letter);
  return afterUnparking(tx, row, letter);
}

/**
 * The same for an entry that waits beside another one (its state is `parked`): everything that its people see or get
 * happens, but it goes no further.
 */
export async function afterParking(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  await askForAuthority(tx, row, letter);
  if (await allAttested(tx, row)) await mailConfirmed(tx, row, letter);
  return row;
}

/** Takes an entry on whose authority was asked for before (its state is `email_confirmed`). */
export async function afterUnparking(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  if (await allAttested(tx, row)) return concludeAttestation(tx, row, letter);
  return moveSignature(tx, row, "officer_asked");
}

/** Keeps what the confirmed address proves, and asks each officer who did not fill in the form. */
async function askForAuthority(tx: Ctx, row: SignatureRow, letter: LetterToAnswer): Promise<void> {
  await keepEvidence(tx, row.id, [{ kind: "address_confirmed" }]);
  await keepDomain(tx, row, row.submitter_email ?? row.signatory_email);
  const asked = officersToAsk(row);
  if (asked.length === 0) return keepAttestation(tx, row, row.signatory_email, null);
  if (row.submitter_email === null) {
    const first = await addOfficer(tx, row.id, firstOfficer(row), { state: "attested" });
    await keepAttestation(tx, row, row.signatory_email, first.id);
  }
  for (const officer of asked) await askOfficer(tx, row, letter, officer);
  await record(tx, {
    action: "signature.officer_asked",
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { officers: asked.length },
  });
}

function firstOfficer(row: SignatureRow): NamedOfficer {
  return { place: 1, name: row.signatory_name, title: row.signatory_title, email: row.signatory_email };
}

/** Who has to attest by a link of their own: the officer if somebody else filled in the form, and a second officer. */
export function officersToAsk(row: SignatureRow): NamedOfficer[] {
  const first = row.submitter_email === null ? [] : [firstOfficer(row)];
  if (row.second_email === null) return first;
  const second = { name: row.second_name ?? "", title: row.second_title ?? "", email: row.second_email };
  return [...first, { place: 2, ...second }];
}

/** Adds an officer of a signature to those who were asked, or who attested in confirming. */
export async function addOfficer(
  tx: Ctx,
  signatureId: string,
  officer: NamedOfficer,
  { state, from, delegation = 0 }: { state: OfficerState; from?: string; delegation?: number },
): Promise<OfficerRow> {
  const at = tx.clock.now();
  const row: OfficerRow = {
    id: newId(tx.clock),
    signature_id: signatureId,
    ...officer,
    state,
    delegation,
    delegated_from: from ?? null,
    asked_at: at,
    answered_at: state === "attested" ? at : null,
    approved_by: null,
    declined_at: null,
    erased_at: null,
  };
  await insertOfficer(tx.db, row);
  return row;
}

/** Adds an officer and mails them a link of their own. */
export async function askOfficer(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  officer: NamedOfficer,
  given: { from?: string; delegation?: number } = {},
): Promise<OfficerRow> {
  const added = await addOfficer(tx, row.id, officer, { state: "asked", ...given });
  await mailAsked(tx, row, letter, added);
  return added;
}

/** Mails an officer who was just asked, or just approved, their first link. */
export async function mailAsked(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  officer: OfficerRow,
): Promise<void> {
  const link = await newAttestLink(tx, officer.id);
  await mailOfficer(tx, row, letter, { officer, link, copy: "1" });
}

/** The confirmed domain of a signature's organisation that an address is at; confirmed before it was submitted. */
export async function ownDomain(tx: Ctx, row: SignatureRow, email: string): Promise<string | undefined> {
  return ownDomainOf(email, await confirmedDomains(tx, organisationOf(row)), row.submitted_at);
}

async function keepDomain(tx: Ctx, row: SignatureRow, email: string): Promise<void> {
  const domain = await ownDomain(tx, row, email);
  if (domain) await keepEvidence(tx, row.id, [{ kind: "own_domain", detail: { domain } }]);
}

/**
 * Keeps that an officer attested. It counts as the officer's own act (`officer_attested`) only at a domain that was
 * confirmed before, and where the address is not that of whoever filled in the form for them (ruling 19).
 */
export async function keepAttestation(
  tx: Ctx,
  row: SignatureRow,
  email: string,
  officerId: string | null,
): Promise<void> {
  await keepEvidence(tx, row.id, [{ kind: "attested", officerId }]);
  const borrowed = row.submitter_email !== null && isSameMailbox(row.submitter_email, email);
  const domain = borrowed ? undefined : await ownDomain(tx, row, email);
  if (!domain) return;
  const found: NewEvidence[] = [{ kind: "officer_attested", officerId, detail: { domain } }];
  const known = row.submitter_email === null || (await ownDomain(tx, row, row.submitter_email));
  if (!known) found.unshift({ kind: "own_domain", officerId, detail: { domain } });
  await keepEvidence(tx, row.id, found);
}

/** Whether everybody who has to attest has done so. */
export async function allAttested(tx: Ctx, row: SignatureRow): Promise<boolean> {
  if (row.submitter_email === null && row.second_email === null) return true;
  const attested = (await listOfficers(tx.db, row.id)).filter(({ state }) => state === "attested");
  const places = new Set(attested.map(({ place }) => place));
  return places.has(1) && (row.second_email === null || places.has(2));
}

/** Moves a signature that is attested on into the review, and thanks its signatory; one that is parked stays. */
export async function concludeAttestation(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  if (row.state === "parked") {
    await mailConfirmed(tx, row, letter);
    return row;
  }
  const attested = await moveSignature(tx, row, "attested");
  const queued = await moveSignature(tx, attested, "queued");
  await mailConfirmed(tx, queued, letter);
  return queued;
}
