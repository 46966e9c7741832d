/** The names of an organisation: a new one with its day and reason, and others by which it is known. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { deleteAlias, explainLatestName, insertFormerName } from "./life-store.js";
import { aliasCommand, removeAliasCommand, renameCommand } from "./name-commands.js";
import { nameKey } from "./name-key.js";
import { updateOrganisation } from "./service.js";
import { findOrganisation, lockOrganisation } from "./store.js";

/**
 * Gives an organisation another name; the one it had stays as a former name with the day and the reason. Throws
 * not_found, conflict on a stale version or a name that is taken, invalid for the same name or a day to come.
 */
export async function renameOrganisation(
  ctx: Ctx,
  id: string,
  input: z.input<typeof renameCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const command = parse(renameCommand, input);
  const on = command.changed_on;
  if (on !== undefined && on > ctx.clock.now().toISOString().slice(0, 10))
    throw invalid("figure.future", { changed_on: "errors.figure.future" });
  await transaction(ctx, async (tx) => {
    const current = isUuid(id) ? await lockOrganisation(tx.db, id) : undefined;
    if (!current || current.merged_into_id) throw notFound("organisation.unknown");
    if (current.row_version !== command.row_version) throw conflict("organisation.stale");
    if (current.name === command.name)
      throw invalid("organisation.name_same", { name: "errors.organisation.name_same" });
    await updateOrganisation(tx, id, { name: command.name, row_version: command.row_version });
    await explainLatestName(tx.db, id, {
      name: current.name,
      reason: command.reason ?? null,
      ended_at: on === undefined ? tx.clock.now() : new Date(`${on}T00:00:00Z`),
    });
  });
}

/** Notes another name by which an organisation is known; search and lists find it by that. Throws not_found, invalid for its own name. */
export async function addAlias(
  ctx: Ctx,
  id: string,
  input: z.input<typeof aliasCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  const { alias } = parse(aliasCommand, input);
  return transaction(ctx, async (tx) => {
    const current = isUuid(id) ? await findOrganisation(tx.db, id) : undefined;
    if (!current || current.merged_into_id) throw notFound("organisation.unknown");
    if (current.name === alias)
      throw invalid("organisation.name_same", { alias: "errors.organisation.name_same" });
    const nameId = newId(tx.clock);
    await insertFormerName(tx.db, {
      id: nameId,
      organisation_id: id,
      name: alias,
      name_key: nameKey(alias),
      merge_id: null,
      ended_at: tx.clock.now(),
      kind: "alias",
    });
    await record(tx, { action: "organisation.alias_added", organisationId: id, subjectId: nameId });
    return { id: nameId };
  });
}

/** Takes an alias away; names that it did bear stay. Throws not_found. */
export async function removeAlias(
  ctx: Ctx,
  id: string,
  input: z.input<typeof removeAliasCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const { name_id: nameId } = parse(removeAliasCommand, input);
  await transaction(ctx, async (tx) => {
    if (!isUuid(id) || !(await deleteAlias(tx.db, id, nameId))) throw notFound("organisation.name_unknown");
    await record(tx, { action: "organisation.alias_removed", organisationId: id, subjectId: nameId });
  });
}
