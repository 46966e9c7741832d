import { z } from "zod";
import { clearable, day, id, language, line, optional, text, whole } from "../../platform/schema.js";

const MOST_MILESTONES = 20;

/** What an addressee answered; `replaces` names the answer that it is shown instead of. */
export const recordAnswerCommand = z.object({
  answered_on: day(),
  language: language(),
  summary: text(1000),
  body_md: optional(text(60_000)),
  source_url: optional(
    line(500).refine((value) => /^https?:\/\/[^\s<>"]+$/.test(value), "errors.course.source_url"),
  ),
  replaces: optional(id()),
});

/** All numbers of signatures aimed at; a form types them with commas or spaces between. */
export const setMilestonesCommand = z.object({
  targets: z.preprocess(
    (value) => (typeof value === "string" ? value.split(/[\s,;]+/).filter(Boolean) : value),
    z.array(whole(1, 1_000_000)).max(MOST_MILESTONES, "errors.course.milestones_many"),
  ),
});

/** A day on which something happens about the letter, in the letter's own language. */
export const addDateCommand = z.object({ happens_on: day(), title: line(200) });

/** What came of it, or another day. */
export const changeDateCommand = z.object({
  happens_on: day().optional(),
  outcome: clearable(line(500)),
  row_version: optional(whole(1, 2_000_000_000)),
});
