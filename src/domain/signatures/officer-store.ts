import type { Db } from "../../platform/db.js";
import type { OfficerState } from "./officer.js";

/** An officer who was asked to attest, as kept. */
export interface OfficerRow {
  id: string;
  signature_id: string;
  /** 1: the officer who is named on the list; 2: the one who signs together with them. */
  place: 1 | 2;
  name: string | null;
  title: string | null;
  email: string | null;
  state: OfficerState;
  /** How often the question was handed on before it came to this officer. */
  delegation: number;
  delegated_from: string | null;
  asked_at: Date;
  answered_at: Date | null;
  approved_by: string | null;
  /** When a refusal was recorded as a decline, or handed to staff as one. */
  declined_at: Date | null;
  erased_at: Date | null;
}

/** Adds an officer. */
export async function insertOfficer(db: Db, row: OfficerRow): Promise<void> {
  await db<OfficerRow>("signature_officers").insert(row);
}

/** An officer by id. */
export async function findOfficer(db: Db, id: string): Promise<OfficerRow | undefined> {
  return db<OfficerRow>("signature_officers").where({ id }).first();
}

/** All officers of a signature, in the order in which they were asked. */
export async function listOfficers(db: Db, signatureId: string): Promise<OfficerRow[]> {
  return db<OfficerRow>("signature_officers")
    .where({ signature_id: signatureId })
    .orderBy("asked_at")
    .orderBy("id");
}

/** Moves an officer on. */
export async function setOfficer(
  db: Db,
  id: string,
  change: Partial<Pick<OfficerRow, "state" | "answered_at" | "approved_by" | "declined_at">>,
): Promise<void> {
  await db("signature_officers").where({ id }).update(change);
}

/** Notes when an officer's refusal was recorded as a decline, once. Returns whether it was not before. */
export async function setDeclined(db: Db, id: string, at: Date): Promise<boolean> {
  const changed = await db("signature_officers")
    .where({ id, state: "refused" })
    .whereNull("declined_at")
    .update({ declined_at: at });
  return changed === 1;
}

/** Names the officer of a signature anew, after the question was handed on. */
export async function setSignatory(
  db: Db,
  signatureId: string,
  place: 1 | 2,
  officer: { name: string; title: string; email: string },
): Promise<void> {
  const { name, title, email } = officer;
  const columns =
    place === 1
      ? { signatory_name: name, signatory_title: title, signatory_email: email }
      : { second_name: name, second_title: title, second_email: email };
  await db("signatures")
    .where({ id: signatureId })
    .update({ ...columns, row_version: db.raw("row_version + 1") });
}

/** Raises a signature's version, since what its public entry says of it changes. */
export async function touchSignature(db: Db, id: string): Promise<void> {
  await db("signatures")
    .where({ id })
    .update({ row_version: db.raw("row_version + 1") });
}

/** Empties the rows of officers with an address who did not attest: those who handed on, refused or were turned down. */
export async function wipeOfficers(db: Db, email: string, at: Date): Promise<void> {
  await db("signature_officers")
    .where({ email })
    .whereNot({ state: "attested" })
    .update({ name: null, title: null, email: null, erased_at: at });
  await db("signatures")
    .where({ submitter_email: email })
    .update({ submitter_name: null, submitter_email: null });
}
