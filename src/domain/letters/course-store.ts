import type { Db } from "../../platform/db.js";

/** An answer of an addressee as kept; nothing changes it. */
export interface AnswerRow {
  id: string;
  letter_id: string;
  answered_on: string;
  language: string;
  summary: string;
  body_md: string;
  source_url: string;
  replaces: string | null;
  recorded_by: string | null;
  recorded_at: Date;
}

/** A number aimed at as kept. */
export interface MilestoneRow {
  id: string;
  letter_id: string;
  target: number;
  created_at: Date;
  dropped_at: Date | null;
}

/** A milestone that was reached or lost again, as kept. */
export interface MilestoneEventRow {
  id: string;
  letter_id: string;
  milestone_id: string;
  kind: "reached" | "unreached";
  signed: number;
  at: Date;
}

/** A day on which something happens, as kept. */
export interface LetterDateRow {
  id: string;
  letter_id: string;
  happens_on: string;
  title: string;
  outcome: string;
  created_at: Date;
  row_version: number;
}

/** Keeps an answer. */
export async function insertAnswer(db: Db, row: AnswerRow): Promise<void> {
  await db<AnswerRow>("addressee_answers").insert(row);
}

/** An answer by its id. */
export async function findAnswer(db: Db, id: string): Promise<AnswerRow | undefined> {
  return db<AnswerRow>("addressee_answers").where({ id }).first();
}

/** Aims at a number, again if it was dropped. */
export async function putMilestone(db: Db, row: MilestoneRow): Promise<void> {
  await db<MilestoneRow>("letter_milestones")
    .insert(row)
    .onConflict(["letter_id", "target"])
    .merge({ dropped_at: null });
}

/** Drops the numbers that are not among those given. */
export async function dropOtherMilestones(
  db: Db,
  letterId: string,
  targets: readonly number[],
  at: Date,
): Promise<void> {
  await db<MilestoneRow>("letter_milestones")
    .where({ letter_id: letterId })
    .whereNull("dropped_at")
    .whereNotIn("target", [...targets])
    .update({ dropped_at: at });
}

/** A number aimed at whose last event does not fit the public signatures, with those. */
export interface MilestoneDue {
  id: string;
  letter_id: string;
  target: number;
  is_reached: boolean;
  signed: number;
}

/** All numbers aimed at by letters that stand, with what happened last and how many have signed in public. */
export async function listMilestones(db: Db, letterId?: string): Promise<MilestoneDue[]> {
  const { rows } = await db.raw<{ rows: MilestoneDue[] }>(
    `select m.id, m.letter_id, m.target,
            coalesce((select e.kind = 'reached' from letter_milestone_events e
                       where e.milestone_id = m.id and e.letter_id = m.letter_id order by e.at desc, e.id desc limit 1), false) as is_reached,
            (select count(*)::int from signatures s where s.letter_id = m.letter_id and s.kind = 'signature'
                and s.visibility = 'public' and s.state in ('published', 'needs_reaffirmation')) as signed
       from letter_milestones m join letters l on l.id = m.letter_id
      where m.dropped_at is null and l.state in ('open', 'paused', 'closed') and (:letterId = '' or m.letter_id::text = :letterId)
      order by m.target`,
    { letterId: letterId ?? "" },
  );
  return rows;
}

/** Keeps that a milestone was reached or lost. */
export async function insertMilestoneEvent(db: Db, row: MilestoneEventRow): Promise<void> {
  await db<MilestoneEventRow>("letter_milestone_events").insert(row);
}

/** Keeps a day. */
export async function insertLetterDate(db: Db, row: LetterDateRow): Promise<void> {
  await db<LetterDateRow>("letter_dates").insert(row);
}

/** A day, held until the transaction ends. */
export async function lockLetterDate(db: Db, id: string): Promise<LetterDateRow | undefined> {
  return db<LetterDateRow>("letter_dates").where({ id }).forUpdate().first();
}

/** Changes a day and counts its row version up. */
export async function setLetterDate(
  db: Db,
  id: string,
  change: Partial<Pick<LetterDateRow, "happens_on" | "outcome">>,
): Promise<void> {
  await db("letter_dates")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Keeps which entries were still in review when a letter was delivered without them, each with its reason. */
export async function insertLeftOut(
  db: Db,
  letterId: string,
  leftOut: readonly { id: string; reason: string }[],
  at: Date,
): Promise<void> {
  const rows = leftOut.map(({ id, reason }) => ({ letter_id: letterId, signature_id: id, reason, at }));
  if (rows.length > 0) await db("letter_left_out").insert(rows).onConflict().ignore();
}

/** What signatories are to hear about their letter: that it was handed over, or that its addressee answered. */
export type NewsKind = "delivered" | "answered";

/** Keeps that the signatories of a letter are to be told; the worker writes to them. */
export async function insertNews(
  db: Db,
  row: { id: string; letter_id: string; kind: NewsKind; created_at: Date },
): Promise<void> {
  await db("letter_news").insert(row);
}
