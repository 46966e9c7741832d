/**
 * Invalidating many entries at once: counted first, kept as a draft, started by a person, approved by a second one above
 * fifty, done in batches by the worker, stopped midway or undone by anybody who may review.
 */
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { networkHash } from "../signatures/network-service.js";
import { openRejectionReasons } from "../signatures/reason-service.js";
import { ROLES, mayDo } from "../team/permission.js";
import { requireAllLetters } from "../team/reach-service.js";
import { answeringStaffId, requirePermission, staffId } from "../team/service.js";
import { bulkActCommand, bulkCommand, bulkFilter } from "./bulk-commands.js";
import {
  deleteBulk,
  findBulk,
  freezeItems,
  insertBulk,
  lockBulk,
  setBulk,
  type BulkRow,
} from "./bulk-store.js";
import {
  activeStaff,
  bulkDetail,
  countMeant,
  listBulks,
  type BulkCount,
  type BulkLine,
} from "./bulk-views.js";
import { hasCondition, mayBulk, type BulkAct, type BulkFilter, type BulkState } from "./bulk.js";
import { maySecond, needsSecondPerson } from "./second-person.js";

/** Why entries that nobody has decided on are rejected, unless another reason is named. */
const REASON = "unverifiable";

function networkOf(ctx: Ctx, filter: BulkFilter): string | null {
  if (!filter.network) return null;
  return networkHash(ctx, filter.network.split("/")[0])?.toString("hex") ?? "";
}

/** Which entries a filter means now; changes nothing. Throws invalid without a condition. */
export async function countBulk(ctx: Ctx, input: unknown): Promise<BulkCount> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const filter = conditionsOf(parse(bulkFilter, input));
  return countMeant(ctx, filter, networkOf(ctx, filter));
}

function conditionsOf(filter: BulkFilter): BulkFilter {
  if (!hasCondition(filter)) throw invalid("form.invalid", { form: "errors.bulk.no_condition" });
  return filter;
}

/** Keeps a bulk invalidation without starting it. Throws invalid without a summary or a condition. */
export async function saveBulk(ctx: Ctx, input: unknown): Promise<{ id: string }> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const { summary, reason_code: reason, tell_signatories: tell, ...filter } = parse(bulkCommand, input);
  conditionsOf(filter);
  const code = reason ?? REASON;
  const known = (await openRejectionReasons(ctx)).some((each) => each.code === code && !each.needsNote);
  if (!known) throw invalid("form.invalid", { reason_code: "errors.signatures.reason" });
  return transaction(ctx, async (tx) => {
    const row: BulkRow = {
      id: newId(tx.clock),
      summary,
      filter,
      reason_code: code,
      tell_signatories: tell,
      state: "draft",
      created_by: answeringStaffId(tx),
      created_at: tx.clock.now(),
      started_by: null,
      started_at: null,
      approved_by: null,
      undone_by: null,
      finished_at: null,
      row_version: 1,
    };
    await insertBulk(tx.db, row);
    await record(tx, { action: "bulk.saved", subjectId: row.id, detail: { tell } });
    return { id: row.id };
  });
}

/**
 * Starts it: the entries that are meant now are written down, and the worker takes them off. More than fifty wait for a
 * second person. Throws conflict when it was started before, or when it was changed since `row_version`.
 */
export async function startBulk(
  ctx: Ctx,
  id: string,
  input: unknown = {},
): Promise<{ state: BulkState; items: number }> {
  return act(ctx, id, "start", input, async (tx, row) => {
    const items = await freezeItems(tx.db, id, row.filter, networkOf(tx, row.filter));
    const state: BulkState = needsSecondPerson(items) ? "waiting" : "running";
    await setBulk(tx.db, id, { state, started_by: answeringStaffId(tx), started_at: tx.clock.now() });
    await record(tx, { action: "bulk.started", subjectId: id, detail: { items, state } });
    return { state, items };
  });
}

/** Whether the one who asks may approve what waits for a second person. */
export async function mayApproveBulk(
  ctx: Ctx,
  row: Pick<BulkRow, "state" | "created_by" | "started_by">,
): Promise<"yes" | "alone" | "no"> {
  if (row.state !== "waiting" || !mayDo(ctx.actor, "signatures:review")) return "no";
  return secondOf(ctx, [row.created_by, row.started_by]);
}

/** Whether somebody is a second person to what others made. */
export async function secondOf(ctx: Ctx, made: readonly (string | null)[]): Promise<"yes" | "alone" | "no"> {
  const roles = ROLES.filter((role) => mayDo({ kind: "staff", id: "", name: "", role }, "signatures:review"));
  const approver = staffId(ctx);
  const others = (await activeStaff(ctx, roles)).filter((each) => each !== approver);
  return maySecond({ approver, made, othersMay: others.length > 0 });
}

/** Lets a waiting one begin. Throws forbidden for those who made it, while somebody else could look at it. */
export async function approveBulk(ctx: Ctx, id: string, input: unknown = {}): Promise<{ state: BulkState }> {
  return act(ctx, id, "approve", input, async (tx, row) => {
    const may = await mayApproveBulk(tx, row);
    if (may === "no") throw forbidden("bulk.own");
    await setBulk(tx.db, id, { state: "running", approved_by: staffId(tx) });
    await record(tx, { action: "bulk.approved", subjectId: id, detail: { alone: may === "alone" } });
    return { state: "running" as const };
  });
}

/** Stops it: what has been taken off stays off until it is undone, the rest stays as it is. */
export async function cancelBulk(ctx: Ctx, id: string, input: unknown = {}): Promise<{ state: BulkState }> {
  return act(ctx, id, "cancel", input, async (tx) => {
    await setBulk(tx.db, id, { state: "cancelled", finished_at: tx.clock.now() });
    await record(tx, { action: "bulk.cancelled", subjectId: id });
    return { state: "cancelled" as const };
  });
}

/** Undoes it: the worker puts every entry back to where it was, with its dates. */
export async function undoBulk(ctx: Ctx, id: string, input: unknown = {}): Promise<{ state: BulkState }> {
  return act(ctx, id, "undo", input, async (tx) => {
    await setBulk(tx.db, id, { state: "undoing", undone_by: staffId(tx), finished_at: null });
    await record(tx, { action: "bulk.undone", subjectId: id });
    return { state: "undoing" as const };
  });
}

/** Deletes one that has not begun. Throws conflict once it has. */
export async function removeBulk(ctx: Ctx, id: string, input: unknown = {}): Promise<void> {
  await act(ctx, id, "delete", input, async (tx) => {
    await deleteBulk(tx.db, id);
    await record(tx, { action: "bulk.deleted", subjectId: id });
  });
}

async function act<T>(
  ctx: Ctx,
  id: string,
  what: BulkAct,
  input: unknown,
  work: (tx: Ctx, row: BulkRow) => Promise<T>,
): Promise<T> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const { row_version: seen } = parse(bulkActCommand, input);
  return transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await lockBulk(tx.db, id) : undefined;
    if (!row) throw notFound("bulk.unknown");
    if (seen !== undefined && seen !== row.row_version) throw conflict("bulk.stale");
    if (!mayBulk(row.state, what)) throw conflict("bulk.not_now", {}, { state: row.state });
    return work(tx, row);
  });
}

/** The newest ones with how far they are. */
export async function browseBulks(ctx: Ctx): Promise<BulkLine[]> {
  requirePermission(ctx, "signatures:read");
  requireAllLetters(ctx);
  return listBulks(ctx);
}

/** One with how far it is, and while it is a draft what it would take off. Throws not_found. */
export async function showBulk(
  ctx: Ctx,
  id: string,
): Promise<{ bulk: BulkLine; count: BulkCount | undefined }> {
  requirePermission(ctx, "signatures:read");
  requireAllLetters(ctx);
  const bulk = isUuid(id) && (await findBulk(ctx.db, id)) ? await bulkDetail(ctx, id) : undefined;
  if (!bulk) throw notFound("bulk.unknown");
  const count =
    bulk.state === "draft" ? await countMeant(ctx, bulk.filter, networkOf(ctx, bulk.filter)) : undefined;
  return { bulk, count };
}
