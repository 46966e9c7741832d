/** Looking again whether we may still write to somebody, before what lets us grows too old (decision 16). */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import {
  basisOf,
  basisVerdict,
  checkedBefore,
  ENDING_DAYS,
  type BasisVerdict,
} from "../consent/lawful-basis.js";
import { oldBases, type OldBasis } from "../consent/views.js";
import { holdContact, noteBasisCheck } from "../organisations/personal-data-service.js";
import { createTasks, settleTasks } from "../tasks/service.js";
import { requirePermission } from "../team/service.js";
import { checkBasisCommand } from "./commands.js";

/**
 * Keeps what somebody found today: the basis holds, or it does not any more. The task that asked for it is done.
 * Throws not_found.
 */
export async function checkBasis(
  ctx: Ctx,
  contactId: string,
  input: z.input<typeof checkBasisCommand>,
): Promise<void> {
  requirePermission(ctx, "organisations:write");
  const { outcome, note } = parse(checkBasisCommand, input);
  await transaction(ctx, async (tx) => {
    const contact = await holdContact(tx, contactId);
    await noteBasisCheck(tx, contactId, { holds: outcome === "holds", note: note ?? null });
    await settleTasks(tx, "recheck_basis", contactId);
    await record(tx, {
      action: outcome === "holds" ? "contact.basis_checked" : "contact.basis_ended",
      organisationId: contact.organisation_id,
      contactId,
      detail: { basis: contact.lawful_basis },
    });
  });
}

/** A contact whose basis ends soon or has ended. */
export interface EndingBasis extends OldBasis {
  verdict: BasisVerdict;
}

const SHOWN = 200;

/** Contacts that are written to and whose basis ends within 60 days or has ended, the first to end on top. */
export async function listEndingBases(ctx: Ctx): Promise<EndingBasis[]> {
  requirePermission(ctx, "organisations:read");
  return ending(ctx, SHOWN, false);
}

async function ending(ctx: Ctx, limit: number, withoutTask: boolean): Promise<EndingBasis[]> {
  const now = ctx.clock.now();
  const until = now.getTime() + ENDING_DAYS * 86_400_000;
  const rows = await oldBases(ctx, checkedBefore(now, ENDING_DAYS), limit, withoutTask);
  return rows
    .map((row) => ({ ...row, verdict: basisVerdict(basisOf(row), now) }))
    .filter(
      ({ verdict }) =>
        verdict.kind === "expired" || (verdict.kind === "expires_on" && verdict.on.getTime() <= until),
    );
}

/** How many tasks one look makes. */
const AT_ONCE = 100;

/**
 * Puts a task on the list for each basis that ends within 60 days, due on the day it ends. One that was ticked off
 * without a look at the basis is not made again. Returns how many were made.
 */
export async function askForBasisChecks(ctx: Ctx): Promise<number> {
  return transaction(ctx, async (tx) => {
    const tasks = (await ending(tx, AT_ONCE, true)).flatMap(
      ({ id, organisation_id: organisationId, verdict }) => {
        if (verdict.kind === "valid") return [];
        const dueAt = verdict.kind === "expired" ? tx.clock.now() : verdict.on;
        return [{ kind: "recheck_basis" as const, organisationId, contactId: id, subjectId: id, dueAt }];
      },
    );
    const made = await createTasks(tx, tasks);
    return made.length;
  });
}
