/** Sequences as staff write them: made, changed, set going, stopped. */
import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { conflict, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse, type Page } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { cancelMessages } from "../mail/deciding-service.js";
import { answeringStaffId, requirePermission } from "../team/service.js";
import { findMailedLetter } from "./letter-views.js";
import { outreachPolicy } from "./policy-service.js";
import { changeSequenceCommand, createSequenceCommand, updateSequenceCommand } from "./sequence-commands.js";
import { readRules, type Approval, type KeptRules, type SequenceRules } from "./sequence.js";
import { allStepIds, latestVersion, listStepsOf, type StepWithTexts } from "./sequence-store.js";
import {
  listSequences,
  mailboxExists,
  sentByStep,
  sequenceLine,
  type SequenceLine,
} from "./sequence-views.js";
import {
  finishEnrolments,
  insertSequence,
  liveEnrolmentsOf,
  lockSequence,
  setSequence,
  type SequenceRow,
} from "./store.js";
import { findTemplate, latestTemplateVersions, type TemplateText } from "./template-store.js";
import { keepTexts, newPrivateTemplate } from "./texts-service.js";
import { writeVersion, type PinnedStep } from "./version-service.js";

/** Makes a sequence about a letter, as a draft. Throws invalid with the fields that do not fit. */
export async function createSequence(
  ctx: Ctx,
  input: z.input<typeof createSequenceCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "outreach:write");
  const command = parse(createSequenceCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await findMailedLetter(tx, { slug: command.letter });
    if (!letter) throw invalid("sequence.letter", { letter: "errors.mailing.letter" });
    const id = newId(tx.clock);
    await insertSequence(tx.db, {
      id,
      letter_id: letter.id,
      name: command.name,
      kind: "sequence",
      recipients: {},
      created_by: answeringStaffId(tx),
      created_at: tx.clock.now(),
    });
    const rules = await checkedRules(tx, command.rules);
    const steps = await pinSteps(tx, letter.id, command.steps, []);
    await writeVersion(tx, id, { rules, steps });
    await record(tx, { action: "sequence.created", letterId: letter.id, subjectId: id });
    return { id };
  });
}

/**
 * Changes a sequence. Those who are enrolled keep the version they began with; everybody enrolled from now on gets the
 * new one. Throws not_found, conflict once it is stopped or on a stale row_version.
 */
export async function updateSequence(
  ctx: Ctx,
  id: string,
  input: z.input<typeof updateSequenceCommand>,
): Promise<void> {
  requirePermission(ctx, "outreach:write");
  const command = parse(updateSequenceCommand, input);
  await transaction(ctx, async (tx) => {
    const row = await lockedSequence(tx, id);
    if (row.state === "stopped") throw conflict("sequence.stopped");
    if (command.row_version && command.row_version !== row.row_version) throw conflict("sequence.changed");
    await setSequence(tx.db, id, command.name ? { name: command.name } : {});
    if (!command.rules && !command.steps) return;
    const latest = await latestVersion(tx.db, id);
    if (!latest) throw notFound("sequence.unknown");
    const before = await listStepsOf(tx.db, [{ sequenceId: id, version: latest.number }]);
    const rules = command.rules ? await checkedRules(tx, command.rules) : readRules(latest.rules);
    const steps = command.steps
      ? await pinSteps(tx, row.letter_id, command.steps, before)
      : before.map(pinned);
    if (row.state === "active" && steps.length === 0) {
      throw invalid("sequence.no_steps", { steps: "errors.sequence.no_steps" });
    }
    const version = await writeVersion(tx, id, { rules, steps });
    await record(tx, {
      action: "sequence.changed",
      letterId: row.letter_id,
      subjectId: id,
      detail: { version },
    });
  });
}

function pinned(step: StepWithTexts): PinnedStep {
  const { step_key: key, delay_days: delay, approval, template_version_id: words } = step;
  return { step_key: key, delay_days: delay, approval, template_version_id: words };
}

async function checkedRules(ctx: Ctx, kept: KeptRules): Promise<SequenceRules> {
  const rules = readRules(kept);
  if (rules.mailboxId && !(await mailboxExists(ctx, rules.mailboxId))) {
    throw invalid("sequence.mailbox", { "rules.mailbox_id": "errors.sequence.mailbox" });
  }
  return rules;
}

interface GivenStep {
  key?: string | undefined;
  delay_days: number;
  approval: Approval;
  template_id?: string | undefined;
  texts?: TemplateText[] | undefined;
}

/** Steps with their words pinned: the newest version of a template of the library, or words of their own. */
async function pinSteps(
  ctx: Ctx,
  letterId: string,
  given: readonly GivenStep[],
  before: readonly StepWithTexts[],
): Promise<PinnedStep[]> {
  const steps: PinnedStep[] = [];
  for (const [at, step] of given.entries()) {
    const old = before.find((each) => each.step_key === step.key);
    if (step.key && (!old || steps.some((each) => each.step_key === step.key))) {
      throw invalid("sequence.step", { [`steps.${at}.key`]: "errors.sequence.step_key" });
    }
    const words = step.template_id
      ? await libraryWords(ctx, step.template_id, at)
      : await ownWords(ctx, letterId, step.texts ?? [], old);
    steps.push({
      step_key: step.key ?? newId(ctx.clock),
      delay_days: step.delay_days,
      approval: step.approval,
      template_version_id: words,
    });
  }
  return steps;
}

async function libraryWords(ctx: Ctx, templateId: string, at: number): Promise<string> {
  const template = await findTemplate(ctx.db, templateId);
  const latest = (await latestTemplateVersions(ctx.db, [templateId])).get(templateId);
  if (!template?.library || template.archived_at || !latest) {
    throw invalid("sequence.template", { [`steps.${at}.template_id`]: "errors.sequence.template" });
  }
  return latest.id;
}

async function ownWords(
  ctx: Ctx,
  letterId: string,
  texts: readonly TemplateText[],
  old: StepWithTexts | undefined,
): Promise<string> {
  return old && !old.library
    ? keepTexts(ctx, old.templateId, texts)
    : newPrivateTemplate(ctx, { letterId, texts });
}

/**
 * Sets a sequence going, or stops it: everybody in it ends and what has not begun to go out is taken back. Throws
 * conflict for a sequence that has been stopped, invalid for one without steps.
 */
export async function changeSequence(
  ctx: Ctx,
  id: string,
  input: z.input<typeof changeSequenceCommand>,
): Promise<{ stopped: number }> {
  requirePermission(ctx, "outreach:write");
  const { to } = parse(changeSequenceCommand, input);
  return transaction(ctx, async (tx) => {
    const row = await lockedSequence(tx, id);
    if (row.state === to) return { stopped: 0 };
    if (row.state === "stopped") throw conflict("sequence.stopped");
    const act = { letterId: row.letter_id, subjectId: id };
    if (to === "active") {
      const latest = await latestVersion(tx.db, id);
      const steps = await listStepsOf(tx.db, [{ sequenceId: id, version: latest?.number ?? 0 }]);
      if (steps.length === 0) throw invalid("sequence.no_steps", { steps: "errors.sequence.no_steps" });
      await setSequence(tx.db, id, { state: "active" });
      await record(tx, { action: "sequence.activated", ...act });
      return { stopped: 0 };
    }
    await setSequence(tx.db, id, { state: "stopped" });
    const live = await liveEnrolmentsOf(tx.db, "sequence", id);
    const messages = await cancelMessages(tx, await allStepIds(tx.db, id), "mailing_stopped");
    await outreachPolicy.settled(tx, messages);
    const ends = live.map((enrolment) => ({ id: enrolment.id, reason: "removed" }));
    await finishEnrolments(tx.db, ends, tx.clock.now());
    await record(tx, { action: "sequence.stopped", ...act, detail: { stopped: live.length } });
    return { stopped: live.length };
  });
}

async function lockedSequence(tx: Ctx, id: string): Promise<SequenceRow> {
  const row = isUuid(id) ? await lockSequence(tx.db, id) : undefined;
  if (row?.kind !== "sequence") throw notFound("sequence.unknown");
  return row;
}

/** A sequence with the rules and steps of its newest version. */
export interface SequenceFile extends SequenceLine {
  rules: SequenceRules;
  course: (StepWithTexts & { sent: number })[];
}

/** A sequence as its page shows it. Throws not_found. */
export async function showSequence(ctx: Ctx, id: string): Promise<SequenceFile> {
  requirePermission(ctx, "messages:read");
  const line = isUuid(id) ? await sequenceLine(ctx, id) : undefined;
  if (!line) throw notFound("sequence.unknown");
  const latest = await latestVersion(ctx.db, id);
  const steps = await listStepsOf(ctx.db, [{ sequenceId: id, version: line.version }]);
  const sent = await sentByStep(ctx, id);
  return {
    ...line,
    rules: readRules(latest?.rules ?? {}),
    course: steps.map((step) => ({ ...step, sent: sent.get(step.step_key) ?? 0 })),
  };
}

/** Sequences, newest first, a page at a time. */
export async function browseSequences(
  ctx: Ctx,
  page: { cursor?: string | undefined; limit: number },
): Promise<Page<SequenceLine>> {
  requirePermission(ctx, "messages:read");
  return listSequences(ctx, page);
}
