import { createHash } from "node:crypto";
import { transaction, type Ctx } from "../../platform/context.js";
import { mapConstraint } from "../../platform/db.js";
import { conflict, forbidden, invalid, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { requirementsOf } from "../letters/requirement-service.js";
import { requirePermission, staffId } from "../team/service.js";
import { fileEvidenceCommand, staffCheckCommand } from "./evidence-commands.js";
import { readEvidenceFile, type FileRefusal } from "./evidence-file.js";
import { checksMet, checksMissing, type EvidenceKind, type RequirableCheck } from "./evidence.js";
import {
  asFact,
  findFile,
  insertEvidence,
  insertFile,
  listEvidence,
  type EvidenceFile,
  type EvidenceLine,
} from "./evidence-store.js";
import { touchSignature } from "./officer-store.js";
import { findSignature, lockSignature, type SignatureRow } from "./store.js";

/** Something that was found about a signature. */
export interface NewEvidence {
  kind: EvidenceKind;
  officerId?: string | null;
  fileId?: string | null;
  detail?: Record<string, unknown>;
}

/** What staff found out themselves; all else the company proved, also where it is staff who let the entry go on. */
const BY_STAFF: ReadonlySet<EvidenceKind> = new Set(["staff_check", "qualified_file", "validator_report"]);

/** Keeps what was found about a signature, with who found it and when; part of the transaction that found it. */
export async function keepEvidence(
  tx: Ctx,
  signatureId: string,
  found: readonly NewEvidence[],
): Promise<void> {
  const company = tx.actor.kind === "staff" || tx.actor.kind === "system" ? "system" : "company";
  await insertEvidence(
    tx.db,
    found.map(({ kind, officerId, fileId, detail }) => ({
      id: newId(tx.clock),
      signature_id: signatureId,
      kind,
      source: BY_STAFF.has(kind) ? ("staff" as const) : company,
      at: tx.clock.now(),
      staff_id: BY_STAFF.has(kind) ? staffId(tx) : null,
      officer_id: officerId ?? null,
      file_id: fileId ?? null,
      detail: detail ?? {},
    })),
  );
}

/** Which checks a signature has, and which its letter asks for that it lacks. */
export async function evidenceStanding(
  ctx: Ctx,
  row: Pick<SignatureRow, "id" | "letter_id" | "second_email">,
): Promise<{ met: RequirableCheck[]; missing: RequirableCheck[] }> {
  const rows = await listEvidence(ctx.db, row.id);
  const met = checksMet(rows.map(asFact), row.second_email !== null);
  const { requiredChecks } = await requirementsOf(ctx, row.letter_id);
  return { met, missing: checksMissing(requiredChecks, met) };
}

/** Which checks a signature lacks that its letter asks for. */
export async function missingEvidence(
  ctx: Ctx,
  row: Pick<SignatureRow, "id" | "letter_id" | "second_email">,
): Promise<RequirableCheck[]> {
  return (await evidenceStanding(ctx, row)).missing;
}

/** Throws conflict with a sentence for each check that the letter asks for and the signature lacks. */
export async function requireEvidence(
  ctx: Ctx,
  row: Pick<SignatureRow, "id" | "letter_id" | "second_email">,
): Promise<void> {
  const missing = await missingEvidence(ctx, row);
  if (missing.length === 0) return;
  const fields = missing.map((check, at) => [at === 0 ? "form" : check, `errors.signatures.lacks.${check}`]);
  throw conflict("signatures.evidence_missing", Object.fromEntries(fields) as Record<string, string>);
}

/** Refuses a form that names no second officer where the letter asks for two. */
export async function requireSecondOfficer(
  ctx: Ctx,
  letterId: string,
  said: { joint: boolean },
): Promise<void> {
  if (said.joint || !(await requirementsOf(ctx, letterId)).twoOfficers) return;
  throw invalid("form.invalid", { second_name: "errors.signatures.second_needed" });
}

/** Everything that was checked about a signature, oldest first. Throws not_found. */
export async function showEvidence(
  ctx: Ctx,
  signatureId: string,
): Promise<{ signature: SignatureRow; rows: EvidenceLine[] }> {
  requirePermission(ctx, "signatures:read");
  const signature = isUuid(signatureId) ? await findSignature(ctx.db, signatureId) : undefined;
  if (!signature) throw notFound("signatures.unknown");
  return { signature, rows: await listEvidence(ctx.db, signatureId) };
}

const CHECKED_BEFORE = conflict("signatures.checked_before");
const SECOND_PERSON = conflict("signatures.filed_by_other", { file: "errors.signatures.filed_by_other" });

/**
 * A colleague says how they checked the signature by themselves. Two different colleagues make it independently checked;
 * the database refuses the second check of one. Throws invalid without words, conflict for a second check, forbidden for
 * a script.
 */
export async function checkIndependently(ctx: Ctx, signatureId: string, input: unknown): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const { how } = parse(staffCheckCommand, input);
  await onSignature(ctx, signatureId, async (tx, row) => {
    await keepEvidence(tx, row.id, [{ kind: "staff_check", detail: { how } }]).catch((error: unknown) => {
      throw mapConstraint(error, { signature_evidence_two_checkers_idx: CHECKED_BEFORE });
    });
    await note(tx, row, "signature.checked", {});
  });
}

const FILE_SENTENCES: Record<FileRefusal, string> = {
  empty: "errors.signatures.file_empty",
  too_large: "errors.signatures.file_too_large",
  wrong_type: "errors.signatures.file_type",
};

/**
 * A colleague files a qualified electronic signature, or the report of its validator; the two have to be filed by two
 * different colleagues, which the database holds. The file is private. Throws invalid for a file that is neither of the
 * kinds or too large, conflict when the same colleague has filed the other half.
 */
export async function fileEvidence(
  ctx: Ctx,
  signatureId: string,
  input: unknown,
  upload: { name: string; bytes: Buffer } | undefined,
): Promise<void> {
  requirePermission(ctx, "signatures:review");
  const { kind, validator } = parse(fileEvidenceCommand, input);
  const read = readEvidenceFile(kind, upload?.name ?? "", upload?.bytes ?? Buffer.alloc(0));
  if ("refusal" in read) throw invalid("form.invalid", { file: FILE_SENTENCES[read.refusal] });
  await onSignature(ctx, signatureId, async (tx, row) => {
    const file: EvidenceFile = {
      id: newId(tx.clock),
      signature_id: row.id,
      name: read.name,
      media_type: read.mediaType,
      bytes: upload?.bytes ?? Buffer.alloc(0),
      sha256: createHash("sha256")
        .update(upload?.bytes ?? "")
        .digest(),
      uploaded_by: staffId(tx) ?? "",
      uploaded_at: tx.clock.now(),
    };
    await insertFile(tx.db, file);
    const detail = validator ? { validator } : {};
    await keepEvidence(tx, row.id, [{ kind, fileId: file.id, detail }]).catch((error: unknown) => {
      throw mapConstraint(error, { signature_evidence_two_filers_idx: SECOND_PERSON });
    });
    await note(tx, row, "signature.evidence_filed", { kind });
  });
}

/** A private file of a signature, for those who review. Throws not_found. */
export async function openEvidenceFile(ctx: Ctx, fileId: string): Promise<EvidenceFile> {
  requirePermission(ctx, "signatures:review");
  const file = isUuid(fileId) ? await findFile(ctx.db, fileId) : undefined;
  if (!file) throw notFound("signatures.unknown_file");
  return file;
}

async function onSignature(
  ctx: Ctx,
  id: string,
  work: (tx: Ctx, row: SignatureRow) => Promise<void>,
): Promise<void> {
  if (staffId(ctx) === null) throw forbidden("signatures.staff_only");
  await transaction(ctx, async (tx) => {
    const row = isUuid(id) ? await lockSignature(tx.db, id) : undefined;
    if (!row) throw notFound("signatures.unknown");
    await work(tx, row);
    if (row.published_at) await touchSignature(tx.db, row.id);
  });
}

async function note(
  tx: Ctx,
  row: SignatureRow,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail,
  });
}
