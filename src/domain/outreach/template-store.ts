import type { Db } from "../../platform/db.js";

/** A template as kept; its words stand in its versions. */
export interface TemplateRow {
  id: string;
  name: string;
  /** False: belongs to one mailing or one step. */
  library: boolean;
  letter_id: string | null;
  created_by: string | null;
  created_at: Date;
  archived_at: Date | null;
  row_version: number;
}

/** The words of a template in one language. */
export interface TemplateText {
  language: string;
  subject: string;
  body: string;
}

/** One version of a template with its words; it never changes. */
export interface TemplateVersion {
  id: string;
  templateId: string;
  number: number;
  texts: TemplateText[];
}

/** Adds a template. */
export async function insertTemplate(
  db: Db,
  row: Omit<TemplateRow, "archived_at" | "row_version">,
): Promise<void> {
  await db("templates").insert(row);
}

/** A template, held for the rest of the transaction. */
export async function lockTemplate(db: Db, id: string): Promise<TemplateRow | undefined> {
  return db<TemplateRow>("templates").where({ id }).forUpdate().first();
}

/** A template. */
export async function findTemplate(db: Db, id: string): Promise<TemplateRow | undefined> {
  return db<TemplateRow>("templates").where({ id }).first();
}

/** Changes a template's own fields. */
export async function setTemplate(
  db: Db,
  id: string,
  change: Partial<Pick<TemplateRow, "name" | "letter_id" | "archived_at">>,
): Promise<void> {
  await db("templates")
    .where({ id })
    .update({ ...change, row_version: db.raw("row_version + 1") });
}

/** Adds a version with its words. */
export async function insertTemplateVersion(
  db: Db,
  version: TemplateVersion & { createdBy: string | null; createdAt: Date },
): Promise<void> {
  await db("template_versions").insert({
    id: version.id,
    template_id: version.templateId,
    number: version.number,
    created_by: version.createdBy,
    created_at: version.createdAt,
  });
  await db("template_texts").insert(
    version.texts.map(({ language, subject, body }) => ({
      version_id: version.id,
      language,
      subject,
      body_md: body,
    })),
  );
}

/** The newest versions of some templates, by template. */
export async function latestTemplateVersions(
  db: Db,
  templateIds: readonly string[],
): Promise<Map<string, TemplateVersion>> {
  const rows = (await db("template_versions as v")
    .distinctOn("v.template_id")
    .whereIn("v.template_id", [...templateIds])
    .orderBy([{ column: "v.template_id" }, { column: "v.number", order: "desc" }])
    .select(
      "v.id",
      "v.template_id as templateId",
      "v.number",
      db.raw(`${textsOf("v.id")} as texts`),
    )) as TemplateVersion[];
  return new Map(rows.map((row) => [row.templateId, row]));
}

/** SQL for the words of a version as an array, by language. */
export function textsOf(version: string): string {
  return `(select coalesce(json_agg(json_build_object('language', t.language, 'subject', t.subject, 'body', t.body_md)
     order by t.language), '[]') from template_texts t where t.version_id = ${version})`;
}
