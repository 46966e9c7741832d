import type { Db } from "../../platform/db.js";
import type { Approval, KeptRules } from "./sequence.js";
import { textsOf, type TemplateText } from "./template-store.js";

/** A version of a sequence as kept: its rules; its steps stand beside it. */
export interface SequenceVersionRow {
  sequence_id: string;
  number: number;
  rules: KeptRules;
  created_by: string | null;
  created_at: Date;
}

/** One mail of a version as kept. */
export interface StepRow {
  id: string;
  sequence_id: string;
  version: number;
  position: number;
  /** The same step in every version. */
  step_key: string;
  delay_days: number;
  approval: Approval;
  template_version_id: string;
}

/** A step with the words it has pinned. */
export interface StepWithTexts extends StepRow {
  templateId: string;
  templateName: string;
  library: boolean;
  texts: TemplateText[];
}

/** Adds a version. */
export async function insertVersion(db: Db, row: SequenceVersionRow): Promise<void> {
  await db("sequence_versions").insert({ ...row, rules: JSON.stringify(row.rules) });
}

/** Changes the rules of a mailing that is still being written. */
export async function setVersionRules(db: Db, sequenceId: string, rules: KeptRules): Promise<void> {
  await db("sequence_versions")
    .where({ sequence_id: sequenceId, number: 1 })
    .update({ rules: JSON.stringify(rules) });
}

/** The newest version of a sequence. */
export async function latestVersion(db: Db, sequenceId: string): Promise<SequenceVersionRow | undefined> {
  return db<SequenceVersionRow>("sequence_versions")
    .where({ sequence_id: sequenceId })
    .orderBy("number", "desc")
    .first();
}

/** One version of a sequence. */
export async function findVersion(
  db: Db,
  sequenceId: string,
  number: number,
): Promise<SequenceVersionRow | undefined> {
  return db<SequenceVersionRow>("sequence_versions").where({ sequence_id: sequenceId, number }).first();
}

/** Whether somebody is or was enrolled in a version, so that it stands still. */
export async function isPinned(db: Db, sequenceId: string, version: number): Promise<boolean> {
  const row = (await db("enrolments").where({ sequence_id: sequenceId, version }).first("id")) as unknown;
  return row !== undefined;
}

/** Takes away a version that nobody was enrolled in, with its steps. */
export async function deleteVersion(db: Db, sequenceId: string, version: number): Promise<void> {
  await db("steps").where({ sequence_id: sequenceId, version }).delete();
  await db("sequence_versions").where({ sequence_id: sequenceId, number: version }).delete();
}

/** Adds the steps of a version. */
export async function insertSteps(db: Db, rows: readonly StepRow[]): Promise<void> {
  await db("steps").insert([...rows]);
}

/** Lets a step of a mailing that is still being written name other words. */
export async function setStepWords(db: Db, id: string, templateVersionId: string): Promise<void> {
  await db("steps").where({ id }).update({ template_version_id: templateVersionId });
}

/** The steps of some versions with their words, by sequence, version and position. */
export async function listStepsOf(
  db: Db,
  versions: readonly { sequenceId: string; version: number }[],
): Promise<StepWithTexts[]> {
  if (versions.length === 0) return [];
  return (await db("steps as p")
    .join("template_versions as v", "v.id", "p.template_version_id")
    .join("templates as m", "m.id", "v.template_id")
    .whereIn(
      ["p.sequence_id", "p.version"],
      versions.map((each) => [each.sequenceId, each.version]),
    )
    .orderBy(["p.sequence_id", "p.version", "p.position"])
    .select(
      "p.*",
      "m.id as templateId",
      "m.name as templateName",
      "m.library",
      db.raw(`${textsOf("v.id")} as texts`),
    )) as StepWithTexts[];
}

/** Ids of the steps of every version of a sequence. */
export async function allStepIds(db: Db, sequenceId: string): Promise<string[]> {
  return db("steps").where({ sequence_id: sequenceId }).pluck("id");
}

/** Sequences whose newest version uses a template, held for the rest of the transaction. */
export async function lockSequencesUsing(db: Db, templateId: string): Promise<string[]> {
  return db("sequences as q")
    .whereRaw(
      `exists (select 1 from steps p join template_versions v on v.id = p.template_version_id
         where p.sequence_id = q.id and v.template_id = ?
           and p.version = (select max(number) from sequence_versions where sequence_id = q.id))`,
      [templateId],
    )
    .where("q.kind", "sequence")
    .whereNot("q.state", "stopped")
    .orderBy("q.id")
    .forUpdate("q")
    .pluck("q.id");
}
