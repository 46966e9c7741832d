/** Figures of an organisation: each with its day and source; the one of the newest day holds, the others stay. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { recordFigureCommand } from "./figure-commands.js";
import { endFigure, insertFigures, listFigures, type FigureRow } from "./figure-store.js";
import { findOrganisation } from "./store.js";

/** A figure as it is handed out. */
export interface FigureLine extends Omit<FigureRow, "value"> {
  value: number;
  /** Whether it is the newest of its kind that was not found wrong. */
  holds: boolean;
}

/** The figures of an organisation with their history. Throws not_found. */
export async function figuresOf(ctx: Ctx, organisationId: string): Promise<FigureLine[]> {
  requirePermission(ctx, "organisations:read");
  if (!isUuid(organisationId) || !(await findOrganisation(ctx.db, organisationId)))
    throw notFound("organisation.unknown");
  const seen = new Set<string>();
  return (await listFigures(ctx.db, organisationId)).map((row) => {
    const holds = row.ended_at === null && !seen.has(row.metric);
    if (holds) seen.add(row.metric);
    return { ...row, value: Number(row.value), holds };
  });
}

/** Records a figure with its day and source. Throws not_found, and invalid for a day to come. */
export async function recordFigure(
  ctx: Ctx,
  organisationId: string,
  input: z.input<typeof recordFigureCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "organisations:write");
  const command = parse(recordFigureCommand, input);
  if (command.as_of > ctx.clock.now().toISOString().slice(0, 10))
    throw invalid("figure.future", { as_of: "errors.figure.future" });
  return transaction(ctx, async (tx) => {
    const organisation = isUuid(organisationId) ? await findOrganisation(tx.db, organisationId) : undefined;
    if (!organisation || organisation.merged_into_id) throw notFound("organisation.unknown");
    const id = newId(tx.clock);
    await insertFigures(tx.db, [
      {
        id,
        organisation_id: organisationId,
        ...command,
        source_url: command.source_url ?? null,
        recorded_at: tx.clock.now(),
        recorded_by: staffId(tx) ?? null,
        ended_at: null,
      },
    ]);
    await record(tx, {
      action: "organisation.figure_recorded",
      organisationId,
      subjectId: id,
      detail: { metric: command.metric, value: command.value, as_of: command.as_of },
    });
    return { id };
  });
}

/** Says that a figure was wrong: the one before it holds again, and it stays in the history. Throws not_found. */
export async function withdrawFigure(ctx: Ctx, id: string): Promise<{ organisationId: string }> {
  requirePermission(ctx, "organisations:write");
  return transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await endFigure(tx.db, id, tx.clock.now()) : undefined;
    if (!row) throw notFound("organisation.figure_unknown");
    const organisationId = row.organisation_id;
    await record(tx, { action: "organisation.figure_withdrawn", organisationId, subjectId: id });
    return { organisationId };
  });
}

/** A figure of active satellites as a form or a list brings it; without a day it is of today. */
export interface SatelliteFigure {
  organisationId: string;
  value: number | undefined;
  asOf: string | undefined;
  source: string;
}

/** Keeps the figures that came with organisations. Belongs in their transaction; the caller has asked for the permission. */
export async function keepSatellites(tx: Ctx, figures: readonly SatelliteFigure[]): Promise<void> {
  const at = tx.clock.now();
  const rows = figures.flatMap(({ organisationId, value, asOf, source }): FigureRow[] =>
    value === undefined
      ? []
      : [
          {
            id: newId(tx.clock),
            organisation_id: organisationId,
            metric: "active_satellites",
            value,
            as_of: asOf ?? at.toISOString().slice(0, 10),
            source: source || "unknown",
            source_url: null,
            recorded_at: at,
            recorded_by: staffId(tx) ?? null,
            ended_at: null,
          },
        ],
  );
  await insertFigures(tx.db, rows);
}
