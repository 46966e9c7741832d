/** What became of a letter, as one line of events: steps, versions, answers, milestones and dates to come. */
import { publicStanding, type LetterState } from "./letter.js";

/** What happened, or is to happen. */
export type CourseKind =
  LetterState | "reopened" | "version" | "answer" | "reached" | "unreached" | "ahead" | "waiting" | "outcome";

/** One event of a letter's course. */
export interface CourseEvent {
  kind: CourseKind;
  at: Date;
  /** The number of a version, or the target of a milestone. */
  number?: number;
  /** A reason, title or outcome, in the letter's own language. */
  text?: string;
  outcome?: string;
}

/** What a course is put together from. */
export interface CourseFacts {
  openedAt: Date | null;
  steps: readonly { from: LetterState; to: LetterState; reason: string; at: Date }[];
  versions: readonly { number: number; reason: string; createdAt: Date }[];
  answers: readonly { answeredOn: string; summary: string }[];
  milestones: readonly { kind: "reached" | "unreached"; target: number; at: Date }[];
  dates: readonly { happensOn: string; title: string; outcome: string }[];
}

/**
 * The public course of a letter, latest first: what came before its opening is not told. A date that has passed without
 * an outcome waits for one.
 */
export function courseOf(facts: CourseFacts, now: Date): CourseEvent[] {
  const events = [
    ...stepsOf(facts),
    ...facts.versions
      .filter(({ number, createdAt }) => number > 1 && facts.openedAt !== null && createdAt > facts.openedAt)
      .map(({ number, reason, createdAt }): CourseEvent => {
        return { kind: "version", at: createdAt, number, text: reason };
      }),
    ...facts.answers.map(({ answeredOn, summary }): CourseEvent => {
      return { kind: "answer", at: dayAsMoment(answeredOn), text: summary };
    }),
    ...facts.milestones.map(({ kind, target, at }): CourseEvent => ({ kind, at, number: target })),
    ...facts.dates.map((date) => dateEvent(date, now)),
  ];
  return events.sort((one, other) => other.at.getTime() - one.at.getTime());
}

function stepsOf({ openedAt, steps }: CourseFacts): CourseEvent[] {
  const opened: CourseEvent[] = openedAt ? [{ kind: "open", at: openedAt }] : [];
  const rest = steps
    .filter(({ from, to }) => publicStanding(from) === "shown" && publicStanding(to) === "shown")
    .map(({ to, reason, at }): CourseEvent => {
      return { kind: to === "open" ? "reopened" : to, at, ...(reason ? { text: reason } : {}) };
    });
  return [...opened, ...rest];
}

function dateEvent({ happensOn, title, outcome }: CourseFacts["dates"][number], now: Date): CourseEvent {
  const at = dayAsMoment(happensOn);
  if (outcome) return { kind: "outcome", at, text: title, outcome };
  const isOver = now.toISOString().slice(0, 10) > happensOn;
  return { kind: isOver ? "waiting" : "ahead", at, text: title };
}

function dayAsMoment(day: string): Date {
  return new Date(`${day}T12:00:00Z`);
}

/** A number of signatures that is aimed at, and what happened last. */
export interface Milestone {
  target: number;
  isReached: boolean;
}

/** What happens to a milestone at a number of public signatures: it is reached, lost again, or nothing. */
export function milestoneEvent(milestone: Milestone, signed: number): "reached" | "unreached" | undefined {
  if (signed >= milestone.target) return milestone.isReached ? undefined : "reached";
  return milestone.isReached ? "unreached" : undefined;
}

/** The next number aimed at, while the letter can still be signed; undefined when all are reached. */
export function nextTarget(targets: readonly number[], signed: number, state: string): number | undefined {
  if (state !== "open" && state !== "paused") return undefined;
  const ahead = targets.filter((target) => target > signed);
  return ahead.length > 0 ? Math.min(...ahead) : undefined;
}

/** Whether an answer can be kept: once the letter is public, until it is removed. */
export function mayRecordAnswer(state: string): boolean {
  return publicStanding(state) === "shown";
}
