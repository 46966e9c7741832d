/** Writing a sequence step by step, as the console does it; each act is one change of the whole. */
import { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { invalid, notFound } from "../../platform/errors.js";
import { id, line, optional, parse, whole } from "../../platform/schema.js";
import { requirePermission } from "../team/service.js";
import { APPROVALS } from "./sequence.js";
import { createTemplateCommand, type updateSequenceCommand } from "./sequence-commands.js";
import { showSequence, updateSequence, type SequenceFile } from "./sequence-service.js";
import type { StepWithTexts } from "./sequence-store.js";
import { createTemplate, showTemplate } from "./template-service.js";

type GivenStep = NonNullable<z.input<typeof updateSequenceCommand>["steps"]>[number];

/** One step as its form gives it. */
export const saveStepCommand = z.object({
  /** The step to change; without it one is added at the end. */
  key: optional(id()),
  delay_days: whole(0, 90),
  approval: z.enum(APPROVALS, { error: "errors.field.choose" }),
  template_id: optional(id()),
  texts: createTemplateCommand.shape.texts.optional(),
  /** Keeps the words as a template of the library under this name. */
  library_name: optional(line(120)),
  row_version: optional(whole(1, 2_000_000_000)),
});

/**
 * Changes a step, or adds one at the end. Those who are enrolled keep the steps they have. Throws invalid with the
 * fields that do not fit, not_found for no such sequence or step, conflict on a stale row_version.
 */
export async function saveStep(
  ctx: Ctx,
  sequenceId: string,
  input: z.input<typeof saveStepCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(saveStepCommand, input);
  await transaction(ctx, async (tx) => {
    const sequence = await showSequence(tx, sequenceId);
    const steps = await keptSteps(tx, sequence);
    const at = command.key ? steps.findIndex((step) => step.key === command.key) : steps.length;
    if (at === -1) throw notFound("sequence.unknown_step");
    if (!command.template_id && !command.texts) {
      throw invalid("sequence.step_words", { template_id: "errors.template.text" });
    }
    const templateId =
      command.template_id ??
      (command.library_name && command.texts
        ? (
            await createTemplate(tx, {
              name: command.library_name,
              letter: sequence.letter,
              texts: command.texts,
            })
          ).id
        : undefined);
    steps[at] = {
      key: command.key,
      delay_days: command.delay_days,
      approval: command.approval,
      ...(templateId ? { template_id: templateId } : { texts: command.texts }),
    };
    await updateSequence(tx, sequenceId, { steps, row_version: command.row_version });
  });
}

/** Which step to move or to take out. */
export const moveStepCommand = z.object({
  key: id(),
  to: z.enum(["earlier", "later", "out"], { error: "errors.field.choose" }),
  row_version: optional(whole(1, 2_000_000_000)),
});

/** Moves a step one place, or takes it out; each keeps its delay. Throws as `saveStep` does. */
export async function moveStep(
  ctx: Ctx,
  sequenceId: string,
  input: z.input<typeof moveStepCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(moveStepCommand, input);
  await transaction(ctx, async (tx) => {
    const steps = await keptSteps(tx, await showSequence(tx, sequenceId));
    const at = steps.findIndex((step) => step.key === command.key);
    if (at === -1) throw notFound("sequence.unknown_step");
    const [step] = steps.splice(at, 1);
    const place = command.to === "earlier" ? Math.max(0, at - 1) : at + 1;
    if (step && command.to !== "out") steps.splice(place, 0, step);
    await updateSequence(tx, sequenceId, { steps, row_version: command.row_version });
  });
}

/** The steps of the newest version as a change gives them. Words of a template that was put away become the step's own. */
async function keptSteps(ctx: Ctx, sequence: SequenceFile): Promise<GivenStep[]> {
  const steps: GivenStep[] = [];
  for (const step of sequence.course) {
    const isShared = step.library && !(await showTemplate(ctx, step.templateId)).archived;
    steps.push({
      key: step.step_key,
      delay_days: step.delay_days,
      approval: step.approval,
      ...(isShared ? { template_id: step.templateId } : { texts: ownTexts(step) }),
    });
  }
  return steps;
}

function ownTexts({ texts }: StepWithTexts): GivenStep["texts"] {
  return texts.map(({ language, subject, body }) => ({ language, subject, body }));
}
