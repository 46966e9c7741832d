/** Segments: filters of contacts that are kept under a name. They choose anew each time they are used. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { mapConstraint } from "../../platform/db.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import {
  findSegment,
  insertSegment,
  listSegments,
  lockSegment,
  setSegment,
  type SegmentFilter,
  type SegmentRow,
} from "./segment-store.js";
import { segmentCommand, updateSegmentCommand } from "./sequence-commands.js";

/** A kept filter as it is shown. */
export type Segment = SegmentRow;

const TAKEN = { segments_name_idx: conflict("segment.name_taken", { name: "errors.segment.name_taken" }) };

/** Keeps a filter under a name. Throws conflict when the name is taken. */
export async function createSegment(
  ctx: Ctx,
  input: z.input<typeof segmentCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "outreach:write");
  const command = parse(segmentCommand, input);
  return transaction(ctx, async (tx) => {
    const id = newId(tx.clock);
    const row = { id, ...command, created_by: staffId(tx), created_at: tx.clock.now() };
    await insertSegment(tx.db, row).catch((error: unknown) => {
      throw mapConstraint(error, TAKEN);
    });
    await record(tx, { action: "segment.created", subjectId: id });
    return { id };
  });
}

/** Changes or archives a segment. Throws not_found, and conflict on a stale row_version or a taken name. */
export async function updateSegment(
  ctx: Ctx,
  id: string,
  input: z.input<typeof updateSegmentCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(updateSegmentCommand, input);
  await transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await lockSegment(tx.db, id) : undefined;
    if (!row) throw notFound("segment.unknown");
    if (command.row_version && command.row_version !== row.row_version) throw conflict("segment.changed");
    const archivedAt = row.archived_at ?? tx.clock.now();
    await setSegment(tx.db, id, {
      ...(command.name ? { name: command.name } : {}),
      ...(command.filter ? { filter: command.filter } : {}),
      ...(command.archived === undefined ? {} : { archived_at: command.archived ? archivedAt : null }),
    }).catch((error: unknown) => {
      throw mapConstraint(error, TAKEN);
    });
    await record(tx, { action: "segment.changed", subjectId: id });
  });
}

/** A segment. Throws not_found. */
export async function showSegment(ctx: Ctx, id: string): Promise<SegmentRow> {
  requirePermission(ctx, "messages:read");
  const row = isUuid(id) ? await findSegment(ctx.db, id) : undefined;
  if (!row) throw notFound("segment.unknown");
  return row;
}

/** All segments in use, by name. */
export async function browseSegments(ctx: Ctx): Promise<SegmentRow[]> {
  requirePermission(ctx, "messages:read");
  return listSegments(ctx.db);
}

/** What a segment chooses by. Throws not_found. The caller checks who may use it. */
export async function segmentFilter(ctx: Ctx, id: string): Promise<SegmentFilter> {
  const row = await findSegment(ctx.db, id);
  if (!row) throw notFound("segment.unknown");
  return row.filter;
}
