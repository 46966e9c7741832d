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
  "arm_sending",
  "time_stepped",
  "answer_reply",
  "mail_refused",
  "organisation_unreachable",
  "complaint",
  "answer_challenge",
  "reading_paused",
  "suspicious_entry",
  "review_statement",
  "correct_name",
  "settle_dispute",
  "entry_reported",
  "approve_officer",
  "officer_refused",
  "signer_silent",
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
  arm_sending: 1,
  time_stepped: 1,
  answer_reply: 24,
  mail_refused: 24,
  organisation_unreachable: 72,
  complaint: 4,
  answer_challenge: 24,
  reading_paused: 4,
  suspicious_entry: 24,
  review_statement: 48,
  correct_name: 48,
  settle_dispute: 24,
  entry_reported: 24,
  approve_officer: 24,
  officer_refused: 48,
  signer_silent: 72,
  other: 72,
};

/** When a task that arises at `at` is due. */
export function taskDueAt(kind: TaskKind, at: Date): Date {
  return new Date(at.getTime() + DUE_HOURS[kind] * HOUR);
}
