/** How an entry goes on whose rejection was undone: nobody is asked again what they have answered before. */
import type { Ctx } from "../../platform/context.js";
import type { LetterToAnswer } from "../invitations/letter-service.js";
import { mailOfficer, standingAttestLink } from "./authority-mail-service.js";
import {
  afterConfirmation,
  allAttested,
  askOfficer,
  concludeAttestation,
  officersToAsk,
  type NamedOfficer,
} from "./authority-service.js";
import { listEvidence } from "./evidence-store.js";
import { moveSignature } from "./movement-service.js";
import { listOfficers, setOfficer, type OfficerRow } from "./officer-store.js";
import type { SignatureRow } from "./store.js";

/**
 * Takes a reopened entry on (its state is `email_confirmed`): into the review where everybody has attested, else its
 * officers are asked again who have not, one who had refused included. Returns the row as it stands then. The caller
 * holds the row and its organisation's lock.
 */
export async function afterReopening(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
): Promise<SignatureRow> {
  const kinds = new Set((await listEvidence(tx.db, row.id)).map(({ kind }) => kind));
  if (!kinds.has("address_confirmed")) return afterConfirmation(tx, row, letter);
  const officers = officersToAsk(row);
  if (officers.length === 0) {
    return kinds.has("attested") ? concludeAttestation(tx, row, letter) : afterConfirmation(tx, row, letter);
  }
  if (await allAttested(tx, row)) return concludeAttestation(tx, row, letter);
  const waiting = await moveSignature(tx, row, "officer_asked");
  const known = await listOfficers(tx.db, row.id);
  for (const officer of officers) await askAgain(tx, waiting, letter, { officer, known });
  return waiting;
}

/** States in which an officer holds their place (the index `signature_officers_one_idx`). */
const IN_PLACE: ReadonlySet<string> = new Set(["asked", "waits_for_staff", "attested", "refused"]);

async function askAgain(
  tx: Ctx,
  row: SignatureRow,
  letter: LetterToAnswer,
  { officer, known }: { officer: NamedOfficer; known: readonly OfficerRow[] },
): Promise<void> {
  const standing = known.find(({ place, state }) => place === officer.place && IN_PLACE.has(state));
  if (!standing) {
    await askOfficer(tx, row, letter, officer);
    return;
  }
  if (standing.state === "attested" || standing.state === "waits_for_staff") return;
  if (standing.state === "refused") {
    await setOfficer(tx.db, standing.id, { state: "asked", answered_at: null, declined_at: null });
  }
  const link = await standingAttestLink(tx, standing.id);
  await mailOfficer(tx, row, letter, { officer: standing, link, copy: `reopened:${row.row_version}` });
}
