import type { Ctx } from "../../platform/context.js";
import type { AnswerRow, LetterDateRow } from "./course-store.js";
import { courseOf, type CourseEvent } from "./course.js";
import type { LetterRow } from "./store.js";
import { letterSteps, listVersions } from "./views.js";

/** An answer of an addressee. */
export interface Answer {
  id: string;
  answeredOn: string;
  language: string;
  summary: string;
  bodyMd: string;
  sourceUrl: string;
  recordedAt: Date;
  by: string | null;
  /** The answer that is shown instead of this one. */
  replacedBy: string | null;
}

/** Every answer to a letter, latest first, with those that were replaced. */
export async function listAnswers(ctx: Ctx, letterId: string): Promise<Answer[]> {
  const rows = (await ctx
    .db("addressee_answers as a")
    .leftJoin("staff as p", "p.id", "a.recorded_by")
    .leftJoin("addressee_answers as n", "n.replaces", "a.id")
    .where("a.letter_id", letterId)
    .orderBy(["a.answered_on", "a.id"].map((column) => ({ column, order: "desc" as const })))
    .select("a.*", "p.name as by", "n.id as replaced_by")) as (AnswerRow & {
    by: string | null;
    replaced_by: string | null;
  })[];
  return rows.map((row) => ({
    id: row.id,
    answeredOn: row.answered_on,
    language: row.language,
    summary: row.summary,
    bodyMd: row.body_md,
    sourceUrl: row.source_url,
    recordedAt: row.recorded_at,
    by: row.by,
    replacedBy: row.replaced_by,
  }));
}

/** The numbers a letter aims at, least first. */
export async function milestoneTargets(ctx: Ctx, letterId: string): Promise<number[]> {
  return (await ctx
    .db("letter_milestones")
    .where({ letter_id: letterId })
    .whereNull("dropped_at")
    .orderBy("target")
    .pluck("target")) as number[];
}

/** The days of a letter, first ones first. */
export async function listLetterDates(ctx: Ctx, letterId: string): Promise<LetterDateRow[]> {
  return ctx
    .db("letter_dates")
    .where({ letter_id: letterId })
    .orderBy(["happens_on", "id"])
    .select<LetterDateRow[]>("*");
}

/** How many entries a letter was delivered without. */
export async function countLeftOut(ctx: Ctx, letterId: string): Promise<number> {
  const row = (await ctx
    .db("letter_left_out")
    .where({ letter_id: letterId })
    .select(ctx.db.raw("count(*)::int as n"))
    .first()) as { n: number } | undefined;
  return row?.n ?? 0;
}

/** What became of a letter, for everybody. */
export interface Course {
  events: CourseEvent[];
  /** Those that are shown, latest first. */
  answers: Answer[];
  targets: number[];
}

/** The public course of a letter with the answers that stand. */
export async function letterCourse(
  ctx: Ctx,
  letter: Pick<LetterRow, "id" | "opened_at" | "launch_at">,
): Promise<Course> {
  const answers = (await listAnswers(ctx, letter.id)).filter(({ replacedBy }) => replacedBy === null);
  const milestones = (await ctx
    .db("letter_milestone_events as e")
    .join("letter_milestones as m", "m.id", "e.milestone_id")
    .where("e.letter_id", letter.id)
    .select("e.kind", "e.at", "m.target")) as { kind: "reached" | "unreached"; at: Date; target: number }[];
  const dates = await listLetterDates(ctx, letter.id);
  const now = ctx.clock.now();
  const launched = letter.launch_at && letter.launch_at <= now ? letter.launch_at : null;
  const facts = {
    openedAt: letter.opened_at ?? launched,
    steps: await letterSteps(ctx, letter.id),
    versions: await listVersions(ctx, letter.id),
    answers,
    milestones,
    dates: dates.map((row) => ({ happensOn: row.happens_on, title: row.title, outcome: row.outcome })),
  };
  return { events: courseOf(facts, now), answers, targets: await milestoneTargets(ctx, letter.id) };
}
