import type { Db } from "../../platform/db.js";
import { giveBackRows, giveRows } from "../../platform/reassigning.js";
import { NOT_LIVE } from "./signature.js";
import type { SignatureRow } from "./store.js";

/** The live signatures of two organisations, held until the transaction ends, by letter. */
export async function lockLiveOf(db: Db, organisationIds: readonly string[]): Promise<SignatureRow[]> {
  return db<SignatureRow>("signatures")
    .whereIn("organisation_id", [...organisationIds])
    .whereNotIn("state", [...NOT_LIVE])
    .orderBy("id")
    .forUpdate();
}

/** Signatures by id, held until the transaction ends. */
export async function lockSignatures(db: Db, ids: readonly string[]): Promise<SignatureRow[]> {
  return ids.length === 0
    ? []
    : db<SignatureRow>("signatures")
        .whereIn("id", [...ids])
        .forUpdate();
}

/** Gives the signatures of one organisation to another; returns their ids. */
export async function giveSignatures(db: Db, from: string, to: string): Promise<string[]> {
  return giveRows(db, "signatures", from, to);
}

/** Gives these signatures back. */
export async function giveBackSignatures(
  db: Db,
  ids: readonly string[],
  from: string,
  to: string,
): Promise<void> {
  await giveBackRows(db, "signatures", ids, from, to);
}
