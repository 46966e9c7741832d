/** Things that only a person can settle. */
export const TASK_KINDS = [
  "find_contact",
  "review_forward",
  "left_company",
  "review_signature",
  "uncertain_message",
  "blocked_message",
  "expired_message",
  "mailbox_paused",
  "recheck_basis",
  "other",
] as const;

/** What a task asks for. */
export type TaskKind = (typeof TASK_KINDS)[number];

const HOUR = 3_600_000;

/** How long a task of each kind may wait, in hours, unless its maker says otherwise. */
const DUE_HOURS: Record<TaskKind, number> = {
  find_contact: 72,
  review_forward: 24,
  left_company: 72,
  review_signature: 48,
  uncertain_message: 4,
  blocked_message: 24,
  expired_message: 72,
  mailbox_paused: 4,
  recheck_basis: 336,
  other: 72,
};

/** When a task that arises at `at` is due. */
export function taskDueAt(kind: TaskKind, at: Date): Date {
  return new Date(at.getTime() + DUE_HOURS[kind] * HOUR);
}
