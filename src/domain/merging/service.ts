/**
 * Two organisations turn out to be one: everything of the one goes to the other, the row stays and says so, and what moved
 * is kept, so that it can be taken back. Each concept moves its own rows (ruling 25).
 */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { reassignDeclines, returnDeclines } from "../declines/reassign-service.js";
import { reassignInboundMails, returnInboundMails } from "../inbound/reassign-service.js";
import { reassignInvitations, returnInvitations } from "../invitations/reassign-service.js";
import { reassignMessages, returnMessages } from "../mail/reassign-service.js";
import { mergeOrganisationCommand } from "../organisations/commands.js";
import { leaveToOther, standAgain } from "../organisations/merge-service.js";
import { reassignContacts, returnContacts } from "../organisations/reassign-service.js";
import { getOrganisation } from "../organisations/service.js";
import { reassignEnrolments, returnEnrolments } from "../outreach/reassign-service.js";
import { reassignSignatures, returnSignatures } from "../signatures/reassign-service.js";
import { reassignTasks, returnTasks } from "../tasks/reassign-service.js";
import { requireAllLetters } from "../team/reach-service.js";
import { requirePermission, staffId } from "../team/service.js";
import { insertMerge, lockMerge, setMoved, setUndone, type Moved } from "./store.js";
import { addressKeys, listMerges, mergeCounts, type MergeCounts, type MergeLine } from "./views.js";

/** An organisation as its own concept hands it out. */
type OrganisationRow = Awaited<ReturnType<typeof getOrganisation>>;

const NOTHING: Moved = {
  contacts: [],
  invitations: [],
  signatures: [],
  signatures_ended: [],
  declines: [],
  declines_ended: [],
  tasks: [],
  messages: [],
  inbound_mails: [],
  enrolments: [],
  names: [],
  figures: [],
  children: [],
  parent_id: null,
};

/** What a merge would do. */
export interface MergePreview {
  kept: OrganisationRow;
  merged: OrganisationRow;
  counts: MergeCounts;
}

/** What merging `mergedId` into `keptId` would move; changes nothing. Throws not_found, and invalid for one and the same. */
export async function previewMerge(ctx: Ctx, keptId: string, mergedId: string): Promise<MergePreview> {
  requirePermission(ctx, "organisations:write");
  requireAllLetters(ctx);
  const kept = await getOrganisation(ctx, keptId);
  const merged = await getOrganisation(ctx, mergedId);
  checkPair(kept, merged);
  return { kept, merged, counts: await mergeCounts(ctx, kept.id, merged.id) };
}

function checkPair(kept: OrganisationRow, merged: OrganisationRow): void {
  if (kept.id === merged.id)
    throw invalid("organisation.same", { organisation_id: "errors.organisation.same" });
  if (kept.merged_into_id || merged.merged_into_id) throw conflict("organisation.merged_already");
}

/**
 * Merges the organisation of the command into `keptId`, all in one transaction that holds the locks of both and of their
 * addresses. Throws not_found, invalid for one and the same, conflict on a stale version or when one was merged already.
 */
export async function mergeOrganisations(
  ctx: Ctx,
  keptId: string,
  input: z.input<typeof mergeOrganisationCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  requireAllLetters(ctx);
  const command = parse(mergeOrganisationCommand, input);
  return transaction(ctx, async (tx) => {
    const from = command.organisation_id;
    if (!isUuid(keptId)) throw notFound("organisation.unknown");
    const address = await addressKeys(tx, [keptId, from]);
    await holdLocks(tx.db, { organisation: ["groups", keptId, from], address });
    const kept = await getOrganisation(tx, keptId);
    const merged = await getOrganisation(tx, from);
    checkPair(kept, merged);
    if (command.row_version !== undefined && command.row_version !== kept.row_version)
      throw conflict("organisation.stale");
    const id = newId(tx.clock);
    await insertMerge(tx.db, {
      id,
      kept_id: kept.id,
      merged_id: from,
      moved: NOTHING,
      merged_at: tx.clock.now(),
      merged_by: staffId(tx) ?? null,
      undone_at: null,
      undone_by: null,
    });
    await setMoved(tx.db, id, await moveAll(tx, id, kept, merged));
    await record(
      tx,
      { action: "organisation.merged", organisationId: kept.id, subjectId: from },
      { action: "organisation.merged_into", organisationId: from, subjectId: kept.id },
    );
    return { id };
  });
}

async function moveAll(tx: Ctx, id: string, kept: OrganisationRow, merged: OrganisationRow): Promise<Moved> {
  const [from, to] = [merged.id, kept.id];
  const signatures = await reassignSignatures(tx, from, to);
  const declines = await reassignDeclines(tx, from, to);
  return {
    contacts: await reassignContacts(tx, from, to),
    invitations: await reassignInvitations(tx, from, to),
    signatures: signatures.moved,
    signatures_ended: signatures.ended,
    declines: declines.moved,
    declines_ended: declines.ended,
    tasks: await reassignTasks(tx, from, to),
    messages: await reassignMessages(tx, from, to),
    inbound_mails: await reassignInboundMails(tx, from, to),
    enrolments: await reassignEnrolments(tx, from, to),
    ...(await leaveToOther(tx, id, merged, kept)),
  };
}

/**
 * Takes a merge back: what moved goes back as far as it is still there, what ended because of it begins again where its address was confirmed.
 * Throws not_found, and conflict when it was undone already.
 */
export async function undoMerge(ctx: Ctx, mergeId: string): Promise<{ keptId: string; mergedId: string }> {
  requirePermission(ctx, "organisations:write");
  requireAllLetters(ctx);
  return transaction(ctx, async (tx) => {
    const merge = isUuid(mergeId) ? await lockMerge(tx.db, mergeId) : undefined;
    if (!merge) throw notFound("organisation.merge_unknown");
    if (merge.undone_at) throw conflict("organisation.merge_undone");
    const { kept_id: from, merged_id: to, moved } = merge;
    const address = await addressKeys(tx, [from, to]);
    await holdLocks(tx.db, { organisation: ["groups", from, to], address });
    await returnContacts(tx, moved.contacts, from, to);
    await returnInvitations(tx, moved.invitations, from, to);
    const signatures = { moved: moved.signatures, ended: moved.signatures_ended };
    await returnSignatures(tx, signatures, from, to);
    await returnDeclines(tx, { moved: moved.declines, ended: moved.declines_ended }, from, to);
    await returnTasks(tx, moved.tasks, from, to);
    await returnMessages(tx, moved.messages, from, to);
    await returnInboundMails(tx, moved.inbound_mails, from, to);
    await returnEnrolments(tx, moved.enrolments, from, to);
    await standAgain(tx, merge.id, { from, to, ...moved });
    await setUndone(tx.db, merge.id, tx.clock.now(), staffId(tx) ?? null);
    await record(
      tx,
      { action: "organisation.merge_undone", organisationId: from, subjectId: to },
      { action: "organisation.merge_undone", organisationId: to, subjectId: from },
    );
    return { keptId: from, mergedId: to };
  });
}

/** The merges into an organisation, latest first. */
export async function mergesInto(ctx: Ctx, organisationId: string): Promise<MergeLine[]> {
  requirePermission(ctx, "organisations:read");
  return listMerges(ctx, organisationId);
}
