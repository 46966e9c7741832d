/** The lists of staff, the look at new entries, and forgetting where entries came from. */
import type { z } from "zod";
import { DAY } from "../../platform/clock.js";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, forbidden, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { networkHash } from "../signatures/network-service.js";
import { createTasks } from "../tasks/service.js";
import { requireAllLetters } from "../team/reach-service.js";
import { requirePermission, staffId } from "../team/service.js";
import { hintsAbout, trends, unscreened, type Trend } from "./hint-views.js";
import { isGrave, type Hint } from "./hint.js";
import { readPattern, type ScreeningRule } from "./screening.js";
import { screeningCommand } from "./screening-commands.js";
import {
  deleteRule,
  insertRule,
  insertScreened,
  listRules,
  wipeNetworks,
  type ScreeningRow,
} from "./screening-store.js";

/** How long the hash of a network is kept; the privacy notice says so. */
export const NETWORK_KEPT_FOR = 90 * DAY;

/** The lines of the lists, newest first. */
export async function screeningRules(ctx: Ctx): Promise<ScreeningRow[]> {
  requirePermission(ctx, "signatures:review");
  return listRules(ctx.db);
}

/** Where many entries of the last day came from; for those who run the installation only. */
export async function screeningTrends(ctx: Ctx): Promise<Trend[]> {
  requirePermission(ctx, "privacy:manage");
  return trends(ctx, new Date(ctx.clock.now().getTime() - DAY));
}

/** Adds a line. Throws invalid for a pattern that names nothing, conflict for one that is there already. */
export async function addScreeningRule(
  ctx: Ctx,
  input: z.input<typeof screeningCommand> | Record<string, unknown>,
): Promise<{ id: string }> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  const command = parse(screeningCommand, input);
  const read = readPattern(command.kind, command.pattern);
  if ("wrong" in read) throw invalid("form.invalid", { pattern: `errors.screening.${read.wrong}` });
  return transaction(ctx, async (tx) => {
    const id = newId(tx.clock);
    const row: ScreeningRow = {
      id,
      verdict: command.verdict,
      kind: command.kind,
      pattern: read.pattern,
      note: command.note ?? "",
      created_by: staffId(tx),
      created_at: tx.clock.now(),
    };
    if (!(await insertRule(tx.db, row))) {
      throw conflict("screening.known", { pattern: "errors.screening.known" });
    }
    await record(tx, {
      action: "screening.added",
      subjectId: id,
      detail: { verdict: row.verdict, kind: row.kind },
    });
    return { id };
  });
}

/** Takes a line away. Throws not_found. */
export async function removeScreeningRule(ctx: Ctx, id: string): Promise<void> {
  requirePermission(ctx, "signatures:review");
  requireAllLetters(ctx);
  await transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await deleteRule(tx.db, id) : undefined;
    if (!row) throw notFound("screening.unknown");
    await record(tx, {
      action: "screening.removed",
      subjectId: id,
      detail: { verdict: row.verdict, kind: row.kind },
    });
  });
}

/** The rules as they are compared: of a network only the hash is. */
async function comparable(ctx: Ctx): Promise<ScreeningRule[]> {
  const rows = await listRules(ctx.db);
  return rows.map((row) =>
    row.kind === "network"
      ? { ...row, pattern: networkHash(ctx, row.pattern.split("/")[0] ?? "")?.toString("hex") ?? "" }
      : row,
  );
}

/** The hints about some entries, by their ids. The caller checks who may see them. */
export async function readHints(ctx: Ctx, ids: readonly string[]): Promise<ReadonlyMap<string, Hint[]>> {
  return hintsAbout(ctx, ids, ids.length > 0 ? await comparable(ctx) : []);
}

/**
 * Looks at entries that came into the review since the last time, and alerts staff of those with grave hints: one task
 * an entry, and once. A tick of the worker calls it. Returns how many it looked at.
 */
export async function screenNewEntries(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  const fresh = await unscreened(ctx);
  if (fresh.length === 0) return 0;
  return transaction(ctx, async (tx) => {
    const hints = await readHints(
      tx,
      fresh.map(({ id }) => id),
    );
    const at = tx.clock.now();
    const rows = fresh.map(({ id }) => ({ signature_id: id, hints: hints.get(id) ?? [], looked_at: at }));
    const added = await insertScreened(tx.db, rows);
    const suspicious = fresh.filter(({ id }) => added.has(id) && isGrave(hints.get(id) ?? []));
    await createTasks(
      tx,
      suspicious.map((entry) => ({
        kind: "suspicious_entry" as const,
        letterId: entry.letter_id,
        organisationId: entry.organisation_id,
        subjectId: entry.id,
        detail: { hints: hints.get(entry.id) ?? [] },
      })),
    );
    return added.size;
  });
}

/** Erases where entries came from once that is 90 days old. Returns how many; for the system only. */
export async function forgetNetworks(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  return wipeNetworks(ctx.db, new Date(ctx.clock.now().getTime() - NETWORK_KEPT_FOR));
}
