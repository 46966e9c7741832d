import type { Db } from "../../platform/db.js";
import type { Band, BandKind, Counted } from "./band.js";
import type { Outcome } from "./outcome.js";

/** A group of pledges whose conditions were met at the same evaluation. */
export interface CohortRow {
  id: string;
  letter_id: string;
  triggered_at: Date;
  reaffirm_until: Date;
  settled_at: Date | null;
}

/** A pledge of a cohort. */
export interface MemberRow {
  cohort_id: string;
  signature_id: string;
  reaffirmed_at: Date | null;
  reminded_at: Date | null;
  outcome: Outcome | null;
}

/** What an evaluation counted: firm groups, pledges looked at, and pledges whose condition was met by it. */
export interface EvaluationRow {
  letter_id: string;
  slot: Date;
  at: Date;
  firm: number;
  considered: number;
  met: number;
}

/** Whether a set time has been evaluated for a letter. */
export async function hasEvaluation(db: Db, letterId: string, slot: Date): Promise<boolean> {
  return (await db("pledge_evaluations").where({ letter_id: letterId, slot }).first("slot")) !== undefined;
}

/** Keeps an evaluation. */
export async function insertEvaluation(db: Db, row: EvaluationRow): Promise<void> {
  await db<EvaluationRow>("pledge_evaluations").insert(row);
}

/** Keeps a cohort and its pledges, which leave any other that is open: a pledge waits in one window at a time. */
export async function insertCohort(db: Db, row: CohortRow, signatureIds: readonly string[]): Promise<void> {
  await db("pledge_cohort_members")
    .whereIn("signature_id", [...signatureIds])
    .whereNull("outcome")
    .update({ outcome: "left" });
  await db<CohortRow>("pledge_cohorts").insert(row);
  await db("pledge_cohort_members").insert(
    signatureIds.map((id) => ({ cohort_id: row.id, signature_id: id })),
  );
}

/** A cohort held until the transaction ends. */
export async function lockCohort(db: Db, id: string): Promise<CohortRow | undefined> {
  return db<CohortRow>("pledge_cohorts").where({ id }).forUpdate().first();
}

/** The pledges of a cohort. */
export async function listMembers(db: Db, cohortId: string): Promise<MemberRow[]> {
  return db<MemberRow>("pledge_cohort_members").where({ cohort_id: cohortId }).orderBy("signature_id");
}

/** Notes that the window of a cohort is over. */
export async function setSettled(db: Db, id: string, at: Date): Promise<void> {
  await db("pledge_cohorts").where({ id }).update({ settled_at: at });
}

/** Notes what became of a pledge of a cohort. */
export async function setOutcome(
  db: Db,
  { cohort_id, signature_id }: MemberRow,
  outcome: Outcome,
): Promise<void> {
  await db("pledge_cohort_members").where({ cohort_id, signature_id }).update({ outcome });
}

/** Notes that a pledger said yes once more; keeps the first moment. */
export async function setReaffirmed(
  db: Db,
  cohortId: string,
  signatureId: string,
  at: Date,
): Promise<boolean> {
  const changed = await db("pledge_cohort_members")
    .where({ cohort_id: cohortId, signature_id: signatureId, reaffirmed_at: null })
    .update({ reaffirmed_at: at });
  return changed > 0;
}

/** Notes a reminder; false when it was noted before. */
export async function setReminded(db: Db, cohortId: string, signatureId: string, at: Date): Promise<boolean> {
  const changed = await db("pledge_cohort_members")
    .where({ cohort_id: cohortId, signature_id: signatureId, reminded_at: null })
    .update({ reminded_at: at });
  return changed > 0;
}

/** Cohorts whose window ended at or before a moment and that nobody has settled, oldest first. */
export async function listEndedCohorts(db: Db, at: Date): Promise<CohortRow[]> {
  return db<CohortRow>("pledge_cohorts")
    .whereNull("settled_at")
    .where("reaffirm_until", "<=", at)
    .orderBy("reaffirm_until")
    .orderBy("id");
}

/** Cohorts whose window is open, with the pledges that have neither answered nor been reminded. */
export async function listUnreminded(
  db: Db,
  at: Date,
): Promise<(Pick<CohortRow, "id" | "triggered_at" | "reaffirm_until"> & { signature_id: string })[]> {
  return db("pledge_cohorts as c")
    .join("pledge_cohort_members as m", "m.cohort_id", "c.id")
    .whereNull("c.settled_at")
    .where("c.reaffirm_until", ">", at)
    .whereNull("m.reaffirmed_at")
    .whereNull("m.reminded_at")
    .whereNull("m.outcome")
    .select("c.id", "c.triggered_at", "c.reaffirm_until", "m.signature_id");
}

/** The open cohort that a pledge is in, if any. */
export async function openCohortOf(
  db: Db,
  signatureId: string,
): Promise<(CohortRow & Pick<MemberRow, "reaffirmed_at">) | undefined> {
  return db("pledge_cohorts as c")
    .join("pledge_cohort_members as m", "m.cohort_id", "c.id")
    .where("m.signature_id", signatureId)
    .whereNull("c.settled_at")
    .whereNull("m.outcome")
    .first("c.*", "m.reaffirmed_at") as Promise<(CohortRow & Pick<MemberRow, "reaffirmed_at">) | undefined>;
}

/** How long pledgers of a letter have to answer, in hours; undefined where nobody has set it. */
export async function findReaffirmHours(db: Db, letterId: string): Promise<number | undefined> {
  const row = (await db("pledge_settings").where({ letter_id: letterId }).first("reaffirm_hours")) as
    { reaffirm_hours: number } | undefined;
  return row?.reaffirm_hours;
}

/** Sets how long pledgers of a letter have to answer, in hours. */
export async function setReaffirmHours(db: Db, letterId: string, hours: number): Promise<void> {
  await db("pledge_settings")
    .insert({ letter_id: letterId, reaffirm_hours: hours })
    .onConflict("letter_id")
    .merge();
}

/** Whether the bands of a week are out. */
export async function hasBands(db: Db, letterId: string, kind: BandKind, slot: Date): Promise<boolean> {
  const row: unknown = await db("band_publications").where({ letter_id: letterId, kind, slot }).first("band");
  return row !== undefined;
}

/** The groups that the bands tell of so far. */
export async function listTold(db: Db, letterId: string, kind: BandKind): Promise<Counted[]> {
  return db("band_members")
    .where({ letter_id: letterId, kind })
    .select("root_id as root", "sector", "country") as Promise<Counted[]>;
}

/** Puts other groups in the place of those that the bands tell of so far. */
export async function replaceTold(
  db: Db,
  letterId: string,
  kind: BandKind,
  groups: readonly Counted[],
): Promise<void> {
  await db("band_members").where({ letter_id: letterId, kind }).delete();
  const rows = groups.map(({ root, sector, country }) => ({
    letter_id: letterId,
    kind,
    root_id: root,
    sector,
    country,
  }));
  for (let start = 0; start < rows.length; start += 500) {
    await db("band_members").insert(rows.slice(start, start + 500));
  }
}

/** Keeps the bands of a week; they are never changed. */
export async function insertBands(
  db: Db,
  letterId: string,
  kind: BandKind,
  slot: Date,
  bands: readonly Band[],
): Promise<void> {
  await db("band_publications").insert(
    bands.map(({ class: name, key, band }) => ({
      letter_id: letterId,
      kind,
      slot,
      class: name,
      key,
      band,
    })),
  );
}
