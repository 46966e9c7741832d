import type { Db } from "../../platform/db.js";
import { jsonWithoutWord } from "../../platform/erasing.js";
import type { EvidenceFact, EvidenceKind } from "./evidence.js";

/** A row of evidence as kept. */
export interface EvidenceRow {
  id: string;
  signature_id: string;
  kind: EvidenceKind;
  source: "company" | "staff" | "system";
  at: Date;
  staff_id: string | null;
  officer_id: string | null;
  file_id: string | null;
  detail: Record<string, unknown>;
}

/** A row of evidence with the names that go with it. */
export interface EvidenceLine extends EvidenceRow {
  staff_name: string | null;
  place: number | null;
  file_name: string | null;
}

/** Adds rows of evidence, which nothing takes back. */
export async function insertEvidence(db: Db, rows: readonly EvidenceRow[]): Promise<void> {
  if (rows.length === 0) return;
  await db("signature_evidence").insert(rows.map((row) => ({ ...row, detail: JSON.stringify(row.detail) })));
}

/** The evidence of a signature, oldest first. */
export async function listEvidence(db: Db, signatureId: string): Promise<EvidenceLine[]> {
  return (await db("signature_evidence as e")
    .leftJoin("staff as p", "p.id", "e.staff_id")
    .leftJoin("signature_officers as o", "o.id", "e.officer_id")
    .leftJoin("evidence_files as f", "f.id", "e.file_id")
    .where("e.signature_id", signatureId)
    .orderBy("e.at")
    .orderBy("e.id")
    .select("e.*", "p.name as staff_name", "o.place", "f.name as file_name")) as EvidenceLine[];
}

/** A row of evidence as the rules ask about it. */
export function asFact(row: Pick<EvidenceLine, "kind" | "staff_id" | "place">): EvidenceFact {
  return { kind: row.kind, staffId: row.staff_id, place: row.place };
}

/** A file as kept, with its bytes. */
export interface EvidenceFile {
  id: string;
  signature_id: string;
  name: string;
  media_type: string;
  bytes: Buffer;
  sha256: Buffer;
  uploaded_by: string;
  uploaded_at: Date;
}

/** Adds a file. */
export async function insertFile(db: Db, row: EvidenceFile): Promise<void> {
  await db<EvidenceFile>("evidence_files").insert(row);
}

/** A file by its id. */
export async function findFile(db: Db, id: string): Promise<EvidenceFile | undefined> {
  return db<EvidenceFile>("evidence_files").where({ id }).first();
}

/** Takes words out of what was noted about the signatures of an organisation; the rows stay. */
export async function scrubEvidence(db: Db, organisationId: string, words: readonly string[]): Promise<void> {
  await db.raw("select set_config('countersign.erasing', 'on', true)");
  for (const word of words) {
    await db("signature_evidence")
      .whereIn("signature_id", db("signatures").where({ organisation_id: organisationId }).select("id"))
      .whereRaw("position(lower(?) in lower(detail::text)) > 0", [word])
      .update({ detail: jsonWithoutWord(db, "detail", word) });
  }
  await db.raw("select set_config('countersign.erasing', 'off', true)");
}
