import type { Ctx } from "../../platform/context.js";
import { conflict, invalid } from "../../platform/errors.js";
import { newId } from "../../platform/ids.js";
import { parse } from "../../platform/schema.js";
import { record } from "../activity/service.js";
import { nameKey } from "../organisations/name-key.js";
import { actByLink } from "../signatures/manage-service.js";
import { setAppearanceOf, type Entry } from "../signatures/entry-service.js";
import { checkClause } from "../signatures/reservation.js";
import { settleLater } from "../signatures/settling-service.js";
import { createTask, settleTasks } from "../tasks/service.js";
import {
  displayNameCommand,
  legalNameCommand,
  logoCommand,
  quoteCommand,
  reservationCommand,
} from "./commands.js";
import { isShown, type StatementKind } from "./statement.js";
import {
  findTerms,
  insertStatement,
  lockStandingStatements,
  setStatementState,
  type StatementRow,
} from "./store.js";
import { signedText } from "./views.js";

/** A picture that was decoded and encoded anew (`platform/logo-image.ts`). */
export interface CleanLogo {
  bytes: Buffer;
  hash: Buffer;
  width: number;
  height: number;
}

type Said = Pick<StatementRow, "kind"> & Partial<StatementRow>;

/**
 * The signatory changes the quote: the new one waits for staff, the approved one stays meanwhile. Empty words take
 * what there is back at once.
 */
export async function changeQuote(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const { quote } = parse(quoteCommand, input);
  await actByLink(ctx, token, "edit", async (tx, row) => {
    if (quote) await say(tx, row, { kind: "quote", body: quote });
    else await endStatements(tx, row, "quote", null);
  });
}

/** The signatory states a reservation on a clause of the version they signed, or words it anew. Throws invalid for no such clause. */
export async function changeReservation(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const { reservation_clause: clause, reservation } = parse(reservationCommand, input);
  await actByLink(ctx, token, "edit", async (tx, row) => {
    checkClause(clause, await signedText(tx, row.id));
    await say(tx, row, { kind: "reservation", clause, body: reservation });
  });
}

/** The signatory takes a reservation back: the entry stands without it, and goes on where it had held it up. */
export async function takeReservationBack(ctx: Ctx, token: string, clause: number): Promise<void> {
  await actByLink(ctx, token, "edit", async (tx, row, letter) => {
    await endStatements(tx, row, "reservation", clause);
    await settleLater(tx, row, letter);
  });
}

/** The signatory hands in a logo and agrees to the terms, whose version and date are kept with it. */
export async function changeLogo(ctx: Ctx, token: string, input: unknown, logo: CleanLogo): Promise<void> {
  const { terms_version } = parse(logoCommand, input);
  await actByLink(ctx, token, "edit", async (tx, row) => {
    const terms = await findTerms(tx.db, terms_version, row.language);
    if (!terms) throw invalid("form.invalid", { terms: "errors.statements.terms" });
    await say(tx, row, {
      kind: "logo",
      logo: logo.bytes,
      logo_hash: logo.hash,
      logo_type: "image/png",
      logo_width: logo.width,
      logo_height: logo.height,
      terms_version: terms.version,
      terms_language: terms.language,
      terms_agreed_at: tx.clock.now(),
    });
  });
}

/** The signatory takes the logo and its licence back: the picture is emptied, and its address answers no more. */
export async function takeLogoBack(ctx: Ctx, token: string): Promise<void> {
  await actByLink(ctx, token, "edit", (tx, row) => endStatements(tx, row, "logo", null));
}

/**
 * The signatory changes the name under which the entry stands: one that differs only in spelling, case or legal form
 * is shown at once, any other waits for staff.
 */
export async function changeDisplayName(ctx: Ctx, token: string, input: unknown): Promise<"shown" | "waits"> {
  const { display_name: name } = parse(displayNameCommand, input);
  return actByLink(ctx, token, "edit", async (tx, row) => {
    if (name === row.display_name) return "shown";
    const same = nameKey(name) === nameKey(row.display_name);
    await say(tx, row, {
      kind: "display_name",
      body: name,
      ...(same ? { state: "approved", decided_at: tx.clock.now() } : {}),
    });
    if (!same) return "waits";
    await setAppearanceOf(tx, row, { display_name: name });
    return "shown";
  });
}

/** The signatory says that we have the registered name wrong: a person looks. */
export async function askForLegalName(ctx: Ctx, token: string, input: unknown): Promise<void> {
  const { legal_name } = parse(legalNameCommand, input);
  await actByLink(ctx, token, "edit", (tx, row) => say(tx, row, { kind: "legal_name", body: legal_name }));
}

/** Keeps a statement; what waited of the same kind and clause gives way to it, what is shown stays. */
async function say(tx: Ctx, row: Entry, said: Said): Promise<void> {
  const standing = await lockStandingStatements(tx.db, row.id, said.kind, said.clause ?? null);
  if (standing.some((one) => saysTheSame(one, said) && ["waiting", "approved"].includes(one.state))) return;
  const at = tx.clock.now();
  const gone = standing.filter(({ state }) => state !== "approved" || said.state === "approved");
  for (const one of gone) await endStatement(tx, one, "replaced");
  const id = newId(tx.clock);
  await insertStatement(tx.db, {
    ...NOTHING,
    language: row.language,
    submitted_at: at,
    ...said,
    id,
    signature_id: row.id,
  });
  if ((said.state ?? "waiting") === "waiting") {
    await createTask(tx, {
      kind: said.kind === "legal_name" ? "correct_name" : "review_statement",
      letterId: row.letter_id,
      organisationId: row.organisation_id,
      subjectId: id,
      detail: { signature: row.id, kind: said.kind },
    });
  }
  await noteStatement(tx, row, "statement.said", said.kind);
}

const NOTHING = {
  clause: null,
  body: null,
  state: "waiting",
  note: null,
  logo: null,
  logo_hash: null,
  logo_type: null,
  logo_width: null,
  logo_height: null,
  terms_version: null,
  terms_language: null,
  terms_agreed_at: null,
  decided_at: null,
  decided_by: null,
  ended_at: null,
  row_version: 1,
} as const;

function saysTheSame(one: StatementRow, said: Said): boolean {
  if (said.kind === "logo") return said.logo_hash?.equals(one.logo_hash ?? Buffer.alloc(0)) ?? false;
  return one.body === said.body;
}

/** Ends a statement; a logo that is over is kept by its hash only. */
export async function endStatement(
  tx: Ctx,
  statement: StatementRow,
  how: "replaced" | "taken_back",
): Promise<void> {
  await setStatementState(tx.db, statement.id, how, { ended_at: tx.clock.now(), logo: null });
  await settleTasks(tx, "review_statement", statement.id);
  await settleTasks(tx, "correct_name", statement.id);
}

async function endStatements(tx: Ctx, row: Entry, kind: StatementKind, clause: number | null): Promise<void> {
  const standing = await lockStandingStatements(tx.db, row.id, kind, clause);
  if (standing.length === 0) throw conflict("statements.nothing_to_take_back");
  for (const one of standing) await endStatement(tx, one, "taken_back");
  if (isShown(kind)) await setAppearanceOf(tx, row, {});
  await noteStatement(tx, row, "statement.taken_back", kind);
}

/** Keeps in the record what was said or decided, without its words. */
export async function noteStatement(
  tx: Ctx,
  row: Entry,
  action: string,
  kind: StatementKind,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await record(tx, {
    action,
    letterId: row.letter_id,
    organisationId: row.organisation_id,
    subjectId: row.id,
    detail: { statement: kind, ...detail },
  });
}
