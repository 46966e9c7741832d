import { as, type Ctx } from "../../platform/context.js";
import { letterToAnswer } from "../invitations/letter-service.js";
import { afterUnparking } from "./authority-service.js";
import { moveSignature } from "./movement-service.js";
import { nextStep } from "./signature.js";
import { giveBackSignatures, giveSignatures, lockLiveOf, lockSignatures } from "./reassign-store.js";
import type { SignatureRow } from "./store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** How far an entry has come: what everybody reads goes before what waits, and the older before the newer. */
function rank({ state }: SignatureRow): number {
  const order = ["published", "accepted", "held", "triggered", "standing", "needs_reaffirmation"];
  const place = order.indexOf(state);
  if (place >= 0) return place;
  return state === "submitted" ? 99 : 50;
}

/**
 * Gives signatures to another organisation. Where both have a live one under a letter the one that came further stands
 * and the other is superseded because of the merge. Returns what moved and what ended.
 */
export async function reassignSignatures(
  tx: Ctx,
  from: string,
  to: string,
): Promise<{ moved: string[]; ended: string[] }> {
  const live = await lockLiveOf(tx.db, [from, to]);
  const ended: string[] = [];
  for (const letterId of new Set(live.map((row) => row.letter_id))) {
    const [, ...others] = live
      .filter((row) => row.letter_id === letterId)
      .sort(
        (a, b) => rank(a) - rank(b) || Number(b.organisation_id === to) - Number(a.organisation_id === to),
      );
    for (const row of others) {
      await moveSignature(tx, row, row.state === "submitted" ? "discarded" : "merged");
      ended.push(row.id);
    }
  }
  return { moved: await giveSignatures(tx.db, from, to), ended };
}

/** Gives signatures back; those that ended because of the merge stand where their address was confirmed, and go their way to review again: by
 * themselves, since whoever undoes the merge vouches for nothing. */
export async function returnSignatures(
  tx: Ctx,
  did: { moved: readonly string[]; ended: readonly string[] },
  from: string,
  to: string,
): Promise<void> {
  await giveBackSignatures(tx.db, did.moved, from, to);
  const taken = new Set((await lockLiveOf(tx.db, [from, to])).map(liveKey));
  for (const row of await lockSignatures(tx.db, did.ended)) {
    if (taken.has(liveKey(row)) || !nextStep(row.state, "unmerged")) continue;
    const open = await moveSignature(tx, row, "unmerged");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    await afterUnparking(as(tx, { kind: "system", name: "merging" }), open, letter);
    taken.add(liveKey(row));
  }
}

function liveKey(row: SignatureRow): string {
  return `${row.letter_id} ${row.organisation_id}`;
}
