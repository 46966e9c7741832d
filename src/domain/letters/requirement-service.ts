import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission } from "../team/service.js";
import { requirementsCommand } from "./requirement-commands.js";
import { findRequirements, setRequirements } from "./requirement-store.js";
import { findLetter } from "./service.js";

/** What a letter asks for before a signature goes onto its page. */
export interface Requirements {
  /** Names of checks (domain/signatures/evidence.ts). */
  requiredChecks: readonly string[];
  /** Whether every signature needs a second officer who attests too. */
  twoOfficers: boolean;
}

/** What a letter asks for. For use cases of other concepts; asks for no permission. */
export async function requirementsOf(ctx: Ctx, letterId: string): Promise<Requirements> {
  const row = await findRequirements(ctx.db, letterId);
  return { requiredChecks: row?.required_checks ?? [], twoOfficers: row?.two_officers ?? false };
}

/**
 * Sets the least evidence for publication, and whether two officers have to sign together. It holds for entries that are
 * accepted from now on; those that stand stay. Throws conflict for a stale row version.
 */
export async function requireChecks(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof requirementsCommand>,
): Promise<void> {
  requirePermission(ctx, "letters:publish");
  const { row_version, ...change } = parse(requirementsCommand, input);
  await transaction(ctx, async (tx) => {
    const letter = await findLetter(tx, slugOrId);
    await holdLocks(tx.db, { letter: [letter.id] });
    if (!(await setRequirements(tx.db, letter.id, row_version, change))) throw conflict("letter.stale");
    await record(tx, {
      action: "letter.requirements_set",
      letterId: letter.id,
      subjectId: letter.id,
      detail: change,
    });
  });
}
