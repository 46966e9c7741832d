/** The dry run of an enrolment: who would get what and when, and who is left out and why. Changes nothing. */
import type { z } from "zod";
import { DAY } from "../../platform/clock.js";
import type { Ctx } from "../../platform/context.js";
import { invalid, notFound } from "../../platform/errors.js";
import { isUuid } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { requirePermission } from "../team/service.js";
import { chooseEnrolments, type EnrolmentChoice } from "./enrolment-plan.js";
import { enrolledAlone } from "./enrolment-store.js";
import { listEnrolmentRecipients, queuedFrom, type EnrolmentRecipient } from "./enrolment-views.js";
import { needsSecondPerson } from "./mailing.js";
import { segmentFilter } from "./segment-service.js";
import { enrolCommand } from "./sequence-commands.js";
import { dueTimes, windowOf } from "./sequence.js";
import { latestVersion } from "./sequence-store.js";
import { letterIn, readCourse, textOf, waitsForPerson, type Course } from "./step-service.js";
import type { Variable } from "./template.js";
import type { CandidateFilter } from "./views.js";
import { placeOf, type Place } from "./window.js";
import { wordFor } from "./wording-service.js";

/** One mail that somebody would get. */
export interface PlannedMail {
  position: number;
  stepKey: string;
  /** When it is due if everything before it goes out the moment it is due. */
  dueAt: Date;
  language: string;
  approval: "automatic" | "each";
  /** Values that are missing: the mail would wait. */
  missing: Variable[];
}

/** Somebody who would be enrolled. */
export interface PlannedEnrolment {
  recipient: EnrolmentRecipient;
  /** IANA name of the time zone its times are meant in. */
  zone: string;
  mails: PlannedMail[];
  /** An estimate: how many mails stand before its first one in the mailbox's queue. */
  ahead: number;
}

/** What enrolling would do. */
export interface EnrolmentPlan {
  version: number;
  planned: PlannedEnrolment[];
  leftOut: EnrolmentChoice<EnrolmentRecipient>["leftOut"];
  needsSecondPerson: boolean;
}

/** Plans an enrolment. Throws not_found, and invalid when nobody is named. */
export async function planEnrolment(
  ctx: Ctx,
  sequenceId: string,
  input: z.input<typeof enrolCommand>,
): Promise<EnrolmentPlan> {
  requirePermission(ctx, "outreach:write");
  const course = await currentCourse(ctx, sequenceId);
  const filter = await readWhom(ctx, input);
  const { chosen, leftOut } = await chooseWhom(ctx, course, filter);
  const ahead = await queuedFrom(ctx, course.rules.mailboxId);
  const planned: PlannedEnrolment[] = [];
  const timesAt = timesByPlace(ctx, course);
  for (const recipient of chosen) {
    const place = placeOf(recipient);
    const mails = await planMails(ctx, course, recipient, timesAt(place));
    planned.push({ recipient, zone: place.zone, mails, ahead: ahead + planned.length });
  }
  return {
    version: course.version,
    planned,
    leftOut,
    needsSecondPerson: await waitsForSecond(ctx, sequenceId, chosen.length),
  };
}

/** The newest version of a sequence. Throws not_found. */
export async function currentCourse(ctx: Ctx, sequenceId: string): Promise<Course> {
  const latest = isUuid(sequenceId) ? await latestVersion(ctx.db, sequenceId) : undefined;
  const course = latest && (await readCourse(ctx, sequenceId, latest.number));
  if (course?.sequence.kind !== "sequence") throw notFound("sequence.unknown");
  if (course.steps.length === 0) throw invalid("sequence.no_steps", { steps: "errors.sequence.no_steps" });
  return course;
}

/** Whom a command names, as a filter. Throws invalid, and not_found for an unknown segment. */
export async function readWhom(ctx: Ctx, input: z.input<typeof enrolCommand>): Promise<CandidateFilter> {
  const command = parse(enrolCommand, input);
  if (command.contact_ids) return { contactIds: command.contact_ids };
  if (command.segment_id) return segmentFilter(ctx, command.segment_id);
  return command.filter ?? {};
}

/** Who of those named can be enrolled now. */
export async function chooseWhom(
  ctx: Ctx,
  course: Course,
  filter: CandidateFilter,
): Promise<EnrolmentChoice<EnrolmentRecipient>> {
  const candidates = await listEnrolmentRecipients(ctx, course.letter.id, filter);
  return chooseEnrolments(candidates, { ...course.rules, at: ctx.clock.now() });
}

/** The language of somebody's first mail, which later ones keep to. */
export function firstLanguage(course: Course, recipient: { language: string | null }): string | null {
  const [first] = course.steps;
  return first ? textOf(course, first, recipient.language).language : null;
}

/** The times of all mails by place: they are the same for everybody there, and reckoning calendars takes its time. */
function timesByPlace(ctx: Ctx, course: Course): (place: Place) => readonly Date[] {
  const now = ctx.clock.now();
  const delays = course.steps.map((step) => step.delay_days);
  const known = new Map<string, Date[]>();
  return (place) => {
    const key = `${place.country} ${place.zone}`;
    const times = known.get(key) ?? dueTimes(windowOf(course.rules, place.country), place, now, delays);
    known.set(key, times);
    return times;
  };
}

async function planMails(
  ctx: Ctx,
  course: Course,
  recipient: EnrolmentRecipient,
  times: readonly Date[],
): Promise<PlannedMail[]> {
  const language = firstLanguage(course, recipient);
  const mails: PlannedMail[] = [];
  for (const [at, step] of course.steps.entries()) {
    const text = textOf(course, step, language);
    const worded = wordFor(text, recipient, {
      letter: await letterIn(ctx, course, text.language),
      senderName: course.senderName,
      invitationLinkId: null,
    });
    mails.push({
      position: step.position,
      stepKey: step.step_key,
      dueAt: times[at] ?? ctx.clock.now(),
      language: text.language,
      // After the first mail the country's rule for first mails is met.
      approval: at === 0 && waitsForPerson(step, recipient) ? "each" : step.approval,
      missing: "missing" in worded ? worded.missing : [],
    });
  }
  return mails;
}

/** Whether so many more wait for a second person: what one person has let begin within 24 hours counts as one batch. */
export async function waitsForSecond(ctx: Ctx, sequenceId: string, more: number): Promise<boolean> {
  const since = new Date(ctx.clock.now().getTime() - DAY);
  return needsSecondPerson((await enrolledAlone(ctx.db, sequenceId, since)) + more);
}
