import type { Db } from "../../platform/db.js";
import type { LetterState } from "./letter.js";

/** A letter as kept. */
export interface LetterRow {
  id: string;
  slug: string;
  state: LetterState;
  default_language: string;
  sponsor_name: string;
  sponsor_address: string;
  sponsor_email: string;
  funding_note: string;
  opened_at: Date | null;
  closes_at: Date | null;
  closed_at: Date | null;
  launch_at: Date | null;
  official_note: string;
  created_by: string | null;
  created_at: Date;
  row_version: number;
}

/** A version as kept. */
export interface VersionRow {
  id: string;
  letter_id: string;
  number: number;
  material: boolean;
  reason: string;
  created_at: Date;
}

/** A version's text in one language, as kept. */
export interface TranslationRow {
  version_id: string;
  language: string;
  title: string;
  addressee: string;
  body_md: string;
  summary: string;
  content_hash: Buffer;
  reviewed: boolean;
}

/** Adds a letter. */
export async function insertLetter(db: Db, row: LetterRow): Promise<void> {
  await db<LetterRow>("letters").insert(row);
}

/** A letter by its slug. */
export async function findLetterBySlug(db: Db, slug: string): Promise<LetterRow | undefined> {
  return db<LetterRow>("letters").where({ slug }).first();
}

/** A letter by its id. */
export async function findLetterById(db: Db, id: string): Promise<LetterRow | undefined> {
  return db<LetterRow>("letters").where({ id }).first();
}

/** A letter, held until the transaction ends. */
export async function lockLetter(db: Db, id: string): Promise<LetterRow | undefined> {
  return db<LetterRow>("letters").where({ id }).forUpdate().first();
}

/** Changes a letter and counts its row version up; returns the letter as it then stands. */
export async function setLetter(
  db: Db,
  id: string,
  change: Partial<Omit<LetterRow, "id" | "row_version">>,
): Promise<LetterRow> {
  const rows = await db<LetterRow>("letters")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") as unknown as number })
    .returning("*");
  const [row] = rows;
  if (!row) throw new Error("the letter was not there to be changed");
  return row;
}

/** Open and paused letters whose end has passed. */
export async function listLettersPastEnd(db: Db, at: Date): Promise<LetterRow[]> {
  return db<LetterRow>("letters").whereIn("state", ["open", "paused"]).where("closes_at", "<=", at);
}

/** Adds a version. */
export async function insertVersion(db: Db, row: VersionRow): Promise<void> {
  await db<VersionRow>("letter_versions").insert(row);
}

/** The newest version of a letter. */
export async function findNewestVersion(db: Db, letterId: string): Promise<VersionRow | undefined> {
  return db<VersionRow>("letter_versions").where({ letter_id: letterId }).orderBy("number", "desc").first();
}

/** A version's text in one language. */
export async function findTranslation(
  db: Db,
  versionId: string,
  language: string,
): Promise<TranslationRow | undefined> {
  return db<TranslationRow>("letter_translations").where({ version_id: versionId, language }).first();
}

/** Adds a version's text in one language. */
export async function insertTranslation(db: Db, row: TranslationRow): Promise<void> {
  await db<TranslationRow>("letter_translations").insert(row);
}

/** Replaces a version's text in one language. */
export async function setTranslation(db: Db, row: TranslationRow): Promise<void> {
  const { version_id, language, ...change } = row;
  await db<TranslationRow>("letter_translations").where({ version_id, language }).update(change);
}

/** A step of a letter as kept; the reason is public where the state is. */
export interface LetterHistoryRow {
  id: string;
  letter_id: string;
  from_state: LetterState;
  to_state: LetterState;
  reason: string;
  actor_kind: string;
  actor_id: string | null;
  at: Date;
}

/** Keeps a step of a letter; the table takes nothing back. */
export async function insertLetterHistory(db: Db, row: LetterHistoryRow): Promise<void> {
  await db<LetterHistoryRow>("letter_history").insert(row);
}

/** Approved and gathering letters whose launch has come. */
export async function listLettersToLaunch(db: Db, at: Date): Promise<LetterRow[]> {
  return db<LetterRow>("letters").whereIn("state", ["approved", "gathering"]).where("launch_at", "<=", at);
}
