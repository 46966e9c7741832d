import type { z } from "zod";
import { transaction, type Ctx } from "../../platform/context.js";
import { mapConstraint } from "../../platform/db.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirePermission, staffId } from "../team/service.js";
import {
  addDateCommand,
  changeDateCommand,
  recordAnswerCommand,
  setMilestonesCommand,
} from "./course-commands.js";
import { mayRecordAnswer, milestoneEvent } from "./course.js";
import {
  dropOtherMilestones,
  findAnswer,
  insertAnswer,
  insertNews,
  type NewsKind,
  insertLetterDate,
  insertMilestoneEvent,
  listMilestones,
  lockLetterDate,
  putMilestone,
  setLetterDate,
  type MilestoneDue,
} from "./course-store.js";
import {
  countLeftOut,
  letterCourse,
  listAnswers,
  listLetterDates,
  milestoneTargets,
  type Answer,
  type Course,
} from "./course-views.js";
import { standingState } from "./letter.js";
import { findLetter, holdLetter } from "./service.js";
import { moveLetter } from "./state-service.js";
import { setLetter, type LetterRow } from "./store.js";
import { letterSteps, type LetterStep } from "./views.js";

/** What became of a letter, as staff sees it. */
export interface CourseFile {
  letter: LetterRow;
  course: Course;
  /** Replaced ones too. */
  answers: Answer[];
  steps: LetterStep[];
  targets: number[];
  dates: Awaited<ReturnType<typeof listLetterDates>>;
  leftOut: number;
}

/** Everything that became of a letter, with who did it. Throws not_found. */
export async function showCourse(ctx: Ctx, slugOrId: string): Promise<CourseFile> {
  requirePermission(ctx, "letters:read");
  const letter = await findLetter(ctx, slugOrId);
  return {
    letter,
    course: await letterCourse(ctx, letter),
    answers: await listAnswers(ctx, letter.id),
    steps: (await letterSteps(ctx, letter.id)).toReversed(),
    targets: await milestoneTargets(ctx, letter.id),
    dates: await listLetterDates(ctx, letter.id),
    leftOut: await countLeftOut(ctx, letter.id),
  };
}

/**
 * Keeps what an addressee answered; it shows at once, instead of the one it replaces if it names one, and nothing is
 * ever taken away. A delivered letter is answered by that. Throws conflict for a letter that is not public, and for an
 * answer that was replaced before.
 */
export async function recordAnswer(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof recordAnswerCommand>,
): Promise<{ id: string; letter: LetterRow }> {
  requirePermission(ctx, "letters:publish");
  const command = parse(recordAnswerCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, undefined);
    if (!mayRecordAnswer(standingState(letter, tx.clock.now()))) throw conflict("course.not_public");
    const replaced = command.replaces === undefined ? undefined : await findAnswer(tx.db, command.replaces);
    if (command.replaces !== undefined && replaced?.letter_id !== letter.id) throw notFound("course.unknown");
    const id = newId(tx.clock);
    await insertAnswer(tx.db, {
      id,
      letter_id: letter.id,
      answered_on: command.answered_on,
      language: command.language,
      summary: command.summary,
      body_md: command.body_md ?? "",
      source_url: command.source_url ?? "",
      replaces: command.replaces ?? null,
      recorded_by: staffId(tx),
      recorded_at: tx.clock.now(),
    }).catch((error: unknown) => {
      throw mapConstraint(error, { addressee_answers_replaced_idx: conflict("course.replaced") });
    });
    if (command.replaces === undefined) {
      await keepNews(tx, letter.id, "answered");
    }
    await record(tx, { action: "letter.answer_recorded", letterId: letter.id, subjectId: id });
    const changed =
      letter.state === "delivered"
        ? await moveLetter(tx, letter, "answered")
        : await setLetter(tx.db, letter.id, {});
    return { id, letter: changed };
  });
}

/** Keeps that the signatories of a letter are to be told of something; belongs in the transaction of what happened. */
export async function keepNews(tx: Ctx, letterId: string, kind: NewsKind): Promise<void> {
  await insertNews(tx.db, { id: newId(tx.clock), letter_id: letterId, kind, created_at: tx.clock.now() });
}

/** Sets all numbers a letter aims at; those left out are dropped, and what was reached stays told. */
export async function setMilestones(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof setMilestonesCommand>,
): Promise<number[]> {
  requirePermission(ctx, "letters:write");
  const { targets } = parse(setMilestonesCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, undefined);
    const at = tx.clock.now();
    await dropOtherMilestones(tx.db, letter.id, targets, at);
    for (const target of new Set(targets)) {
      await putMilestone(tx.db, {
        id: newId(tx.clock),
        letter_id: letter.id,
        target,
        created_at: at,
        dropped_at: null,
      });
    }
    await setLetter(tx.db, letter.id, {});
    const detail = { targets: [...targets] };
    await record(tx, { action: "letter.milestones_set", letterId: letter.id, subjectId: letter.id, detail });
    return milestoneTargets(tx, letter.id);
  });
}

function eventOf(row: MilestoneDue): "reached" | "unreached" | undefined {
  return milestoneEvent({ target: row.target, isReached: row.is_reached }, row.signed);
}

/** Notes which milestones the public signatures reached, and which were lost again. Returns how many. */
export async function noteMilestones(ctx: Ctx): Promise<number> {
  requirePermission(ctx, "letters:publish");
  const letters = new Set((await listMilestones(ctx.db)).filter(eventOf).map((row) => row.letter_id));
  let noted = 0;
  for (const letterId of letters) {
    noted += await transaction(ctx, async (tx) => {
      await holdLetter(tx, letterId, undefined);
      const due = (await listMilestones(tx.db, letterId)).filter(eventOf);
      for (const row of due) {
        await insertMilestoneEvent(tx.db, {
          id: newId(tx.clock),
          letter_id: letterId,
          milestone_id: row.id,
          kind: row.is_reached ? "unreached" : "reached",
          signed: row.signed,
          at: tx.clock.now(),
        });
      }
      if (due.length > 0) await setLetter(tx.db, letterId, {});
      return due.length;
    });
  }
  return noted;
}

/** Keeps a day on which something happens about the letter. */
export async function addLetterDate(
  ctx: Ctx,
  slugOrId: string,
  input: z.input<typeof addDateCommand>,
): Promise<{ id: string }> {
  requirePermission(ctx, "letters:write");
  const command = parse(addDateCommand, input);
  return transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, undefined);
    const id = newId(tx.clock);
    const row = { id, letter_id: letter.id, ...command, outcome: "", created_at: tx.clock.now() };
    await insertLetterDate(tx.db, { ...row, row_version: 1 });
    await setLetter(tx.db, letter.id, {});
    await record(tx, { action: "letter.date_added", letterId: letter.id, subjectId: id });
    return { id };
  });
}

/** Says what came of a day, or moves it. Throws not_found, and conflict for a stale row version. */
export async function changeLetterDate(
  ctx: Ctx,
  slugOrId: string,
  id: string,
  input: z.input<typeof changeDateCommand>,
): Promise<void> {
  requirePermission(ctx, "letters:write");
  const { row_version: seen, outcome, happens_on } = parse(changeDateCommand, input);
  await transaction(ctx, async (tx) => {
    const letter = await holdLetter(tx, slugOrId, undefined);
    const row = isUuid(id) ? await lockLetterDate(tx.db, id) : undefined;
    if (row?.letter_id !== letter.id) throw notFound("course.unknown");
    if (seen !== undefined && seen !== row.row_version) throw conflict("letter.stale");
    await setLetterDate(tx.db, id, {
      ...(outcome === undefined ? {} : { outcome: outcome ?? "" }),
      ...(happens_on === undefined ? {} : { happens_on }),
    });
    await setLetter(tx.db, letter.id, {});
    await record(tx, { action: "letter.date_changed", letterId: letter.id, subjectId: id });
  });
}
