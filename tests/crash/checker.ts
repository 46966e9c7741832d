/** The judge: what the rows say, held against what the mail server has accepted. */
import type { AcceptedCopy } from "./sink.js";

/** A message as its row stands. */
export interface JudgedRow {
  id: string;
  message_id: string;
  state: string;
}

/** What is wrong; each list is empty when nothing is. */
export interface Judgement {
  /** Message-IDs that were accepted more than once, with how often. */
  duplicates: [string, number][];
  /** Accepted without a row. */
  unknown: string[];
  /** The row says `sent`, and no copy was accepted: lost silently. */
  lost: string[];
  /** Accepted, and the row says that nothing went out, so that it may go out again. */
  denied: string[];
  /** Neither settled nor shown to anybody. */
  unaccounted: string[];
  /** Shown as uncertain; `accepted` of them had arrived. */
  uncertain: { id: string; accepted: boolean }[];
}

const OVER = new Set(["sent", "failed", "cancelled", "suppressed", "expired"]);

/** Judges the end of a run. */
export function judge(rows: readonly JudgedRow[], copies: readonly AcceptedCopy[]): Judgement {
  const times = new Map<string, number>();
  for (const { messageId } of copies) times.set(messageId, (times.get(messageId) ?? 0) + 1);
  const known = new Set(rows.map((row) => row.message_id));
  const accepted = (row: JudgedRow): boolean => times.has(row.message_id);
  return {
    duplicates: [...times].filter(([, count]) => count > 1),
    unknown: [...times.keys()].filter((messageId) => !known.has(messageId)),
    lost: rows.filter((row) => row.state === "sent" && !accepted(row)).map((row) => row.id),
    denied: rows
      .filter((row) => !["sent", "uncertain", "sending"].includes(row.state) && accepted(row))
      .map((row) => row.id),
    unaccounted: rows.filter((row) => !OVER.has(row.state) && row.state !== "uncertain").map((row) => row.id),
    uncertain: rows
      .filter((row) => row.state === "uncertain")
      .map((row) => ({ id: row.id, accepted: accepted(row) })),
  };
}
