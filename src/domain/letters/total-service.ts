/** The total of which a letter's signatories operate a share: entered per letter, with source and date, history kept. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { findLetter } from "./service.js";
import { recordTotalCommand } from "./total-commands.js";
import { endTotals, insertTotal, listTotals, type TotalRow } from "./total-store.js";

/** A total as it is handed out. */
export interface LetterTotal extends Omit<TotalRow, "value"> {
  value: number;
}

/** The total that holds for a letter; undefined where staff entered none. For the public page; asks for no permission. */
export async function totalOf(ctx: Ctx, letterId: string): Promise<LetterTotal | undefined> {
  const [row] = await listTotals(ctx.db, letterId, 1);
  return row && row.ended_at === null ? { ...row, value: Number(row.value) } : undefined;
}

/** All totals that were entered for a letter, the one that holds first. Throws not_found. */
export async function totalsOf(ctx: Ctx, slug: string): Promise<LetterTotal[]> {
  requirePermission(ctx, "letters:read");
  const letter = await findLetter(ctx, slug);
  return (await listTotals(ctx.db, letter.id, 50)).map((row) => ({ ...row, value: Number(row.value) }));
}

/** Enters the total for a letter; it holds from now on. Throws not_found, and invalid for a day to come. */
export async function recordTotal(
  ctx: Ctx,
  slug: string,
  input: z.input<typeof recordTotalCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "letters:publish");
  const command = parse(recordTotalCommand, input);
  if (command.as_of > ctx.clock.now().toISOString().slice(0, 10))
    throw invalid("figure.future", { as_of: "errors.figure.future" });
  return transaction(ctx, async (tx) => {
    const letter = await findLetter(tx, slug);
    const id = newId(tx.clock);
    await insertTotal(tx.db, {
      id,
      letter_id: letter.id,
      metric: "active_satellites",
      ...command,
      source_url: command.source_url ?? null,
      recorded_at: tx.clock.now(),
      recorded_by: staffId(tx),
      ended_at: null,
    });
    await record(tx, {
      action: "letter.total_recorded",
      letterId: letter.id,
      subjectId: id,
      detail: { value: command.value, as_of: command.as_of },
    });
    return { id };
  });
}

/** Takes the total off a letter's page, which then shows the number alone. Throws not_found. */
export async function takeTotalOff(ctx: Ctx, slug: string): Promise<void> {
  requirePermission(ctx, "letters:publish");
  await transaction(ctx, async (tx) => {
    const letter = await findLetter(tx, slug);
    if ((await endTotals(tx.db, letter.id, tx.clock.now())) > 0)
      await record(tx, { action: "letter.total_taken_off", letterId: letter.id });
  });
}
