import { as, transaction, type Ctx } from "../../platform/context.js";
import { conflict, notFound } from "../../platform/errors.js";
import { isUuid, newId } from "../../platform/ids.js";
import { holdLocks } from "../../platform/locks.js";
import { parse } from "../../platform/schema.js";
import { letterToAnswer, type LetterToAnswer } from "../invitations/letter-service.js";
import { getOrganisation, updateOrganisation } from "../organisations/service.js";
import { findEntry, holdEntry, setAppearanceOf, type Entry } from "../signatures/entry-service.js";
import { mailSignatory } from "../signatures/manage-mail-service.js";
import { settleLater } from "../signatures/settling-service.js";
import { organisationOf } from "../signatures/signature.js";
import { settleTasks } from "../tasks/service.js";
import { requirePermission, staffId } from "../team/service.js";
import { decideStatementCommand } from "./commands.js";
import { endStatement, noteStatement } from "./service.js";
import { isShown, mayBecome, type StatementDecision } from "./statement.js";
import {
  findStatement,
  lockStandingStatements,
  lockStatement,
  setStatementState,
  type StatementRow,
} from "./store.js";

/**
 * Staff decide on a statement: it is shown, other words are asked for, or it is refused; what is shown already can be
 * refused later. Anything but yes is told to the signatory with its reason. An entry that its reservation held up goes
 * on once that is approved. Throws conflict for a stale row_version or a statement that is over.
 */
export async function decideStatement(
  ctx: Ctx,
  id: string,
  input: unknown,
): Promise<{ signatureId: string }> {
  requirePermission(ctx, "signatures:review");
  const { decision, note, row_version } = parse(decideStatementCommand, input);
  const seen = isUuid(id) ? await findStatement(ctx.db, id) : undefined;
  const signature = seen && (await findEntry(ctx, seen.signature_id));
  if (!signature) throw notFound("statements.unknown");
  await transaction(ctx, async (tx) => {
    await holdLocks(tx.db, { organisation: [signature.organisation_id] });
    const row = await holdEntry(tx, signature.id);
    const statement = await lockStatement(tx.db, id);
    if (!row || !statement) throw notFound("statements.unknown");
    if (row_version !== undefined && row_version !== statement.row_version)
      throw conflict("statements.stale");
    if (!mayBecome(statement.state, decision)) throw conflict("statements.not_waiting");
    const letter = await letterToAnswer(tx, row.letter_id, row.language);
    await settle(tx, statement, decision, note ?? null);
    if (decision === "approved") await show(tx, row, statement, letter);
    else await tell(tx, row, statement, letter, decision, note ?? "");
    if (isShown(statement.kind) && (decision === "approved" || statement.state === "approved")) {
      await setAppearanceOf(tx, row, {});
    }
    await noteStatement(tx, row, `statement.${decision}`, statement.kind);
    if (statement.kind === "reservation") {
      const now = await holdEntry(tx, row.id);
      if (now) await settleLater(tx, now, letter);
    }
  });
  return { signatureId: signature.id };
}

async function settle(
  tx: Ctx,
  statement: StatementRow,
  decision: StatementDecision,
  note: string | null,
): Promise<void> {
  if (decision === "approved") {
    const { signature_id, kind, clause } = statement;
    const standing = await lockStandingStatements(tx.db, signature_id, kind, clause);
    for (const one of standing) if (one.id !== statement.id) await endStatement(tx, one, "replaced");
  }
  await setStatementState(tx.db, statement.id, decision, {
    note,
    decided_at: tx.clock.now(),
    decided_by: staffId(tx),
    ...(decision === "approved" ? {} : { logo: null }),
  });
  await settleTasks(tx, "review_statement", statement.id);
  await settleTasks(tx, "correct_name", statement.id);
}

/** What an approved name changes: that of the entry, or that of the organisation, whose signatory is told. */
async function show(tx: Ctx, row: Entry, statement: StatementRow, letter: LetterToAnswer): Promise<void> {
  const name = statement.body ?? "";
  if (statement.kind === "display_name") await setAppearanceOf(tx, row, { display_name: name });
  if (statement.kind !== "legal_name") return;
  const { row_version } = await getOrganisation(tx, organisationOf(row));
  const system = as(tx, { kind: "system", name: "correction" });
  await updateOrganisation(system, organisationOf(row), { legal_name: name, row_version });
  await setAppearanceOf(tx, row, { display_name: name });
  await mailSignatory(tx, row, letter, "name-corrected", `name-corrected:${statement.id}`, { name });
}

async function tell(
  tx: Ctx,
  row: Entry,
  statement: StatementRow,
  letter: LetterToAnswer,
  decision: StatementDecision,
  note: string,
): Promise<void> {
  await mailSignatory(tx, row, letter, "statement-decided", `statement-decided:${newId(tx.clock)}`, {
    statement: statement.kind,
    decision,
    note,
    holdsUp: statement.kind === "reservation" && row.published_at === null ? "yes" : "no",
  });
}
