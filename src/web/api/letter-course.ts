import { z } from "zod";
import {
  addDateCommand,
  changeDateCommand,
  recordAnswerCommand,
  setMilestonesCommand,
} from "../../domain/letters/course-commands.js";
import {
  addLetterDate,
  changeLetterDate,
  recordAnswer,
  setMilestones,
  showCourse,
  type CourseFile,
} from "../../domain/letters/course-service.js";
import { LETTER_STATES } from "../../domain/letters/letter.js";
import { slug } from "../../platform/schema.js";
import { apiRoute, time, type ApiRoute } from "./frame.js";

const KINDS = [
  "reopened",
  "version",
  "answer",
  "reached",
  "unreached",
  "ahead",
  "waiting",
  "outcome",
] as const;

const course = z
  .object({
    events: z.array(
      z.object({
        kind: z.enum([...LETTER_STATES, ...KINDS]),
        at: time(),
        number: z.int().nullable(),
        text: z.string(),
        outcome: z.string(),
      }),
    ),
    answers: z.array(
      z.object({
        id: z.uuid(),
        answered_on: z.string(),
        language: z.string(),
        summary: z.string(),
        body_md: z.string(),
        source_url: z.string(),
        recorded_at: time(),
        replaced_by: z.uuid().nullable(),
      }),
    ),
    milestones: z.array(z.int()),
    dates: z.array(
      z.object({
        id: z.uuid(),
        happens_on: z.string(),
        title: z.string(),
        outcome: z.string(),
        row_version: z.int(),
      }),
    ),
    left_out: z.int(),
  })
  .meta({ id: "LetterCourse", description: "What became of a letter, latest first." });

function present({ course: { events }, answers, targets, dates, leftOut }: CourseFile) {
  return {
    events: events.map(({ kind, at, number, text, outcome }) => ({
      kind,
      at,
      number: number ?? null,
      text: text ?? "",
      outcome: outcome ?? "",
    })),
    answers: answers.map((one) => ({
      id: one.id,
      answered_on: one.answeredOn,
      language: one.language,
      summary: one.summary,
      body_md: one.bodyMd,
      source_url: one.sourceUrl,
      recorded_at: one.recordedAt,
      replaced_by: one.replacedBy,
    })),
    milestones: targets,
    dates: dates.map(({ id, happens_on, title, outcome, row_version }) => ({
      id,
      happens_on,
      title,
      outcome,
      row_version,
    })),
    left_out: leftOut,
  };
}

const params = z.object({ slug: slug() });

/** What became of letters, by script. */
export const letterCourseApi: readonly ApiRoute[] = [
  apiRoute({
    method: "get",
    path: "/letters/{slug}/course",
    tag: "letters",
    summary: "What became of a letter: steps, answers, milestones and days",
    permission: "letters:read",
    params,
    answer: course,
    handler: async (ctx, input) => present(await showCourse(ctx, input.params.slug)),
  }),
  apiRoute({
    method: "post",
    path: "/letters/{slug}/answers",
    tag: "letters",
    summary: "Record an answer of the addressee",
    description: "`replaces` names an earlier answer that it is shown instead of; both are kept.",
    permission: "letters:publish",
    params,
    body: recordAnswerCommand,
    answer: z.object({ id: z.uuid() }).meta({ id: "AnswerRecorded" }),
    status: 201,
    handler: async (ctx, { params: { slug: letter }, given }) => {
      const { id } = await recordAnswer(ctx, letter, given);
      return { id };
    },
  }),
  apiRoute({
    method: "put",
    path: "/letters/{slug}/milestones",
    tag: "letters",
    summary: "Set all numbers of signatures a letter aims at",
    permission: "letters:write",
    params,
    body: setMilestonesCommand,
    answer: z.object({ targets: z.array(z.int()) }).meta({ id: "Milestones" }),
    handler: async (ctx, { params: { slug: letter }, given }) => ({
      targets: await setMilestones(ctx, letter, given),
    }),
  }),
  apiRoute({
    method: "post",
    path: "/letters/{slug}/dates",
    tag: "letters",
    summary: "Add a day on which something happens about the letter",
    permission: "letters:write",
    params,
    body: addDateCommand,
    answer: z.object({ id: z.uuid() }).meta({ id: "LetterDateAdded" }),
    status: 201,
    handler: async (ctx, { params: { slug: letter }, given }) => addLetterDate(ctx, letter, given),
  }),
  apiRoute({
    method: "patch",
    path: "/letters/{slug}/dates/{id}",
    tag: "letters",
    summary: "Say what came of a day, or move it",
    permission: "letters:write",
    params: params.extend({ id: z.uuid() }),
    body: changeDateCommand,
    answer: course,
    handler: async (ctx, { params: { slug: letter, id }, given }) => {
      await changeLetterDate(ctx, letter, id, given);
      return present(await showCourse(ctx, letter));
    },
  }),
];
