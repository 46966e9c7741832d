/** The organisation's own part of a merge: its name becomes a former name of the other, its children get a new parent. */
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { giveFigures } from "./figure-store.js";
import {
  giveBackNames,
  giveNames,
  insertFormerName,
  listChildIds,
  setMergedInto,
  setParent,
} from "./life-store.js";
import { isBelow } from "./group-views.js";
import type { OrganisationRow } from "./store.js";

/* For merging organisations, which has asked for the permission and holds the locks. */

/** Lets an organisation end in another; returns what moved. */
export async function leaveToOther(
  tx: Ctx,
  mergeId: string,
  merged: OrganisationRow,
  kept: OrganisationRow,
): Promise<{ names: string[]; figures: string[]; children: string[]; parent_id: string | null }> {
  const at = tx.clock.now();
  if (await isBelow(tx, kept.id, merged.id)) await setParent(tx.db, [kept.id], merged.parent_id ?? null);
  const children = await listChildIds(tx.db, merged.id);
  await setParent(tx.db, children, kept.id);
  await setParent(tx.db, [merged.id], null);
  const names = await giveNames(tx.db, merged.id, kept.id);
  await insertFormerName(tx.db, {
    id: newId(tx.clock),
    organisation_id: kept.id,
    name: merged.name,
    name_key: merged.name_key,
    merge_id: mergeId,
    ended_at: at,
  });
  await setMergedInto(tx.db, merged.id, kept.id, at);
  const figures = await giveFigures(tx.db, merged.id, kept.id);
  return { names, figures, children, parent_id: merged.parent_id ?? null };
}

/** Lets it stand by itself again, with its names, its children and its parent. */
export async function standAgain(
  tx: Ctx,
  mergeId: string,
  did: {
    from: string;
    to: string;
    names: readonly string[];
    figures?: readonly string[];
    children: readonly string[];
    parent_id: string | null;
  },
): Promise<void> {
  await setMergedInto(tx.db, did.to, null, tx.clock.now());
  await giveFigures(tx.db, did.from, did.to, did.figures ?? []);
  await giveBackNames(tx.db, mergeId, did.names, did.to);
  const free = did.parent_id !== null && !(await isBelow(tx, did.parent_id, did.to));
  if (free) await setParent(tx.db, [did.to], did.parent_id);
  await setParent(tx.db, did.children, did.to);
}
