/** How an organisation changes and stays the same: its former names, and the group it belongs to. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { setParentCommand } from "./commands.js";
import { insertFormerName, listFormerNames, setParent, type FormerNameRow } from "./life-store.js";
import { nameKey } from "./name-key.js";
import { groupLines, isBelow, type GroupLine } from "./group-views.js";
import { findOrganisation, lockOrganisation, type OrganisationRow } from "./store.js";

/** Keeps the name that an organisation had until now, unless only its spelling changes. Belongs in the renaming's transaction. */
export async function keepFormerName(tx: Ctx, before: OrganisationRow, name: string): Promise<void> {
  if (before.name === name) return;
  await insertFormerName(tx.db, {
    id: newId(tx.clock),
    organisation_id: before.id,
    name: before.name,
    name_key: nameKey(before.name),
    merge_id: null,
    ended_at: tx.clock.now(),
  });
}

/** What an organisation is part of, what it was called, and what turned out to be the same. */
export interface OrganisationLife {
  formerNames: FormerNameRow[];
  /** The whole group from the top, with how deep each stands; empty when it belongs to none. */
  group: GroupLine[];
}

/** The former names and the group of an organisation. */
export async function organisationLife(ctx: Ctx, organisation: OrganisationRow): Promise<OrganisationLife> {
  requirePermission(ctx, "organisations:read");
  return {
    formerNames: await listFormerNames(ctx.db, organisation.id),
    group: await groupLines(ctx, organisation.group_root_id ?? organisation.id),
  };
}

/**
 * Puts an organisation under a parent (null: under none); all that is below it moves with it. Throws not_found, conflict
 * on a stale version, and invalid where the parent is the organisation itself or below it.
 */
export async function changeParent(
  ctx: Ctx,
  id: string,
  input: z.input<typeof setParentCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const command = parse(setParentCommand, input);
  const parentId = command.parent_id ?? null;
  await transaction(ctx, async (tx) => {
    if (!isUuid(id)) throw notFound("organisation.unknown");
    await holdLocks(tx.db, { organisation: ["groups", id] });
    const current = await lockOrganisation(tx.db, id);
    if (!current) throw notFound("organisation.unknown");
    if (current.row_version !== command.row_version) throw conflict("organisation.stale");
    if (parentId !== null) {
      const parent = await findOrganisation(tx.db, parentId);
      if (!parent || parent.merged_into_id) throw notFound("organisation.unknown");
      if (parentId === id || (await isBelow(tx, parentId, id)))
        throw invalid("organisation.circle", { parent_id: "errors.organisation.circle" });
    }
    await setParent(tx.db, [id], parentId);
    await record(tx, { action: "organisation.parent_changed", organisationId: id, subjectId: parentId });
  });
}
