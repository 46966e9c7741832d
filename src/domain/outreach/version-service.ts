/** Writing versions of a sequence: one that somebody is enrolled in stands still, a new one takes its place for others. */
import type { Ctx } from "../../platform/context.js";
import { newId } from "../../platform/ids.js";
import { answeringStaffId } from "../team/service.js";
import { keepRules, readRules, type SequenceRules } from "./sequence.js";
import {
  deleteVersion,
  insertSteps,
  insertVersion,
  isPinned,
  latestVersion,
  listStepsOf,
  lockSequencesUsing,
  type StepRow,
} from "./sequence-store.js";

/** A step as it is to be kept, its words already pinned. */
export type PinnedStep = Pick<StepRow, "step_key" | "delay_days" | "approval" | "template_version_id">;

/**
 * Keeps rules and steps as the newest version, in place of one that nobody was enrolled in. The caller holds the
 * sequence's row. Returns the version's number.
 */
export async function writeVersion(
  ctx: Ctx,
  sequenceId: string,
  version: { rules: SequenceRules; steps: readonly PinnedStep[] },
): Promise<number> {
  const latest = await latestVersion(ctx.db, sequenceId);
  const isFree = latest !== undefined && !(await isPinned(ctx.db, sequenceId, latest.number));
  if (isFree) await deleteVersion(ctx.db, sequenceId, latest.number);
  const number = isFree ? latest.number : (latest?.number ?? 0) + 1;
  await insertVersion(ctx.db, {
    sequence_id: sequenceId,
    number,
    rules: keepRules(version.rules),
    created_by: answeringStaffId(ctx),
    created_at: ctx.clock.now(),
  });
  const rows = version.steps.map((step, at): StepRow => ({
    id: newId(ctx.clock),
    sequence_id: sequenceId,
    version: number,
    position: at + 1,
    ...step,
  }));
  if (rows.length > 0) await insertSteps(ctx.db, rows);
  return number;
}

/** Lets every sequence that uses a template use its new words from now on. Returns how many sequences that are. */
export async function followTemplate(ctx: Ctx, templateId: string, versionId: string): Promise<number> {
  const sequences = await lockSequencesUsing(ctx.db, templateId);
  for (const sequenceId of sequences) {
    const latest = await latestVersion(ctx.db, sequenceId);
    if (!latest) continue;
    const steps = await listStepsOf(ctx.db, [{ sequenceId, version: latest.number }]);
    await writeVersion(ctx, sequenceId, {
      rules: readRules(latest.rules),
      steps: steps.map((step) => ({
        step_key: step.step_key,
        delay_days: step.delay_days,
        approval: step.approval,
        template_version_id: step.templateId === templateId ? versionId : step.template_version_id,
      })),
    });
  }
  return sequences.length;
}
