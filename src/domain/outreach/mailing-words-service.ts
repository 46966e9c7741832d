/** A mailing's own rows: a sequence of one version and one step, whose template belongs to it alone. */
import type { Ctx } from "../../platform/context.js";
import { invalid } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { answeringStaffId } from "../team/service.js";
import { readRules, type KeptRules, type SequenceRules } from "./sequence.js";
import { mailboxExists } from "./sequence-views.js";
import {
  findVersion,
  insertSteps,
  insertVersion,
  listStepsOf,
  setStepWords,
  setVersionRules,
  type StepWithTexts,
} from "./sequence-store.js";
import { insertSequence, type KeptRecipients } from "./store.js";
import { keepTexts, newPrivateTemplate } from "./texts-service.js";

/** What a mailing says. */
export interface MailingWords {
  subject: string;
  body: string;
  language: string;
}

/** Adds a mailing without words; false when one with this id is there already. */
export async function addMailing(
  ctx: Ctx,
  mailing: { id: string; letterId: string; subject: string; recipients: KeptRecipients },
): Promise<boolean> {
  const created = { created_by: answeringStaffId(ctx), created_at: ctx.clock.now() };
  const isNew = await insertSequence(ctx.db, {
    id: mailing.id,
    letter_id: mailing.letterId,
    name: mailing.subject,
    kind: "one_off",
    recipients: mailing.recipients,
    ...created,
  });
  if (isNew)
    await insertVersion(ctx.db, { sequence_id: mailing.id, number: 1, rules: { window: null }, ...created });
  return isNew;
}

/** Where a mailing goes out from, and when. */
export type MailingWay = Pick<SequenceRules, "mailboxId" | "window">;

/** Where from and when, as the form and the API ask for it. */
export interface AskedWay {
  mailbox_id?: string | undefined;
  office_hours?: boolean | undefined;
}

/** Keeps where a mailing that is still being written goes out from, and when. Throws invalid for a mailbox that is not in use. */
export async function keepMailingWay(ctx: Ctx, id: string, asked: AskedWay): Promise<void> {
  const { mailbox_id: mailboxId = null, office_hours: officeHours = false } = asked;
  if (mailboxId && !(await mailboxExists(ctx, mailboxId))) {
    throw invalid("sequence.mailbox", { mailbox_id: "errors.sequence.mailbox" });
  }
  const rules: KeptRules = { window: officeHours ? "country" : null, mailbox_id: mailboxId };
  await setVersionRules(ctx.db, id, rules);
}

/** Where a mailing goes out from, and when. */
export async function mailingWay(ctx: Ctx, id: string): Promise<MailingWay> {
  const version = await findVersion(ctx.db, id, 1);
  return readRules(version?.rules ?? {});
}

/** The one step of a mailing with its words. */
export async function mailingStep(ctx: Ctx, id: string): Promise<StepWithTexts | undefined> {
  const [step] = await listStepsOf(ctx.db, [{ sequenceId: id, version: 1 }]);
  return step;
}

/** Keeps the words of a mailing that is still being written. */
export async function keepMailingWords(
  ctx: Ctx,
  mailing: { id: string; letter_id: string },
  { subject, body, language }: MailingWords,
): Promise<void> {
  const texts = [{ subject, body, language }];
  const step = await mailingStep(ctx, mailing.id);
  if (step) {
    await setStepWords(ctx.db, step.id, await keepTexts(ctx, step.templateId, texts));
    return;
  }
  await insertSteps(ctx.db, [
    {
      id: newId(ctx.clock),
      sequence_id: mailing.id,
      version: 1,
      position: 1,
      step_key: `one-off:${mailing.id}`,
      delay_days: 0,
      approval: "automatic",
      template_version_id: await newPrivateTemplate(ctx, { letterId: mailing.letter_id, texts }),
    },
  ]);
}
