import type { Ctx } from "../../platform/context.js";
import type { StatementKind, StatementState } from "./statement.js";

/** A statement as pages show it. */
export interface StatementLine {
  id: string;
  signatureId: string;
  kind: StatementKind;
  clause: number | null;
  body: string | null;
  language: string;
  state: StatementState;
  note: string | null;
  logoHash: Buffer | null;
  logoWidth: number | null;
  logoHeight: number | null;
  termsVersion: number | null;
  termsAgreedAt: Date | null;
  submittedAt: Date;
  decidedAt: Date | null;
  decidedBy: string | null;
  endedAt: Date | null;
  rowVersion: number;
}

interface Row {
  id: string;
  signature_id: string;
  kind: StatementKind;
  clause: number | null;
  body: string | null;
  language: string;
  state: StatementState;
  note: string | null;
  logo_hash: Buffer | null;
  logo_width: number | null;
  logo_height: number | null;
  terms_version: number | null;
  terms_agreed_at: Date | null;
  submitted_at: Date;
  decided_at: Date | null;
  decided_by_name: string | null;
  ended_at: Date | null;
  row_version: number;
}

const COLUMNS = [
  "t.id",
  "t.signature_id",
  "t.kind",
  "t.clause",
  "t.body",
  "t.language",
  "t.state",
  "t.note",
  "t.logo_hash",
  "t.logo_width",
  "t.logo_height",
  "t.terms_version",
  "t.terms_agreed_at",
  "t.submitted_at",
  "t.decided_at",
  "t.ended_at",
  "t.row_version",
];

function toLine(row: Row): StatementLine {
  return {
    id: row.id,
    signatureId: row.signature_id,
    kind: row.kind,
    clause: row.clause,
    body: row.body,
    language: row.language,
    state: row.state,
    note: row.note,
    logoHash: row.logo_hash,
    logoWidth: row.logo_width,
    logoHeight: row.logo_height,
    termsVersion: row.terms_version,
    termsAgreedAt: row.terms_agreed_at,
    submittedAt: row.submitted_at,
    decidedAt: row.decided_at,
    decidedBy: row.decided_by_name,
    endedAt: row.ended_at,
    rowVersion: row.row_version,
  };
}

function statements(ctx: Ctx) {
  return ctx
    .db("signature_statements as t")
    .leftJoin("staff as p", "p.id", "t.decided_by")
    .select(COLUMNS)
    .select("p.name as decided_by_name");
}

/** Everything that was said with a signature, newest first. The caller checks who may see it. */
export async function statementsOf(ctx: Ctx, signatureId: string): Promise<StatementLine[]> {
  const rows = (await statements(ctx)
    .where("t.signature_id", signatureId)
    .orderBy("t.submitted_at", "desc")
    .orderBy("t.id", "desc")) as Row[];
  return rows.map(toLine);
}

/** A statement that waits for staff, with whose it is. */
export interface WaitingStatement extends StatementLine {
  organisation: string;
  letter: string;
  signatureState: string;
}

/** Statements of confirmed entries that wait for a decision, oldest first. The caller checks who may see them. */
export async function waitingStatements(ctx: Ctx, limit = 200): Promise<WaitingStatement[]> {
  const rows = (await statements(ctx)
    .join("signatures as s", "s.id", "t.signature_id")
    .join("letters as l", "l.id", "s.letter_id")
    .where("t.state", "waiting")
    .whereNotNull("s.confirmed_at")
    .whereNotIn("s.state", ["expired", "rejected", "invalidated", "withdrawn", "rescinded", "superseded"])
    .orderBy("t.submitted_at")
    .orderBy("t.id")
    .limit(limit)
    .select("s.display_name", "l.slug", "s.state as signature_state")) as (Row & {
    display_name: string;
    slug: string;
    signature_state: string;
  })[];
  return rows.map((row) => ({
    ...toLine(row),
    organisation: row.display_name,
    letter: row.slug,
    signatureState: row.signature_state,
  }));
}

/** The text of the version that was signed, in the signature's language or the letter's own; for its clauses. */
export async function signedText(ctx: Ctx, signatureId: string): Promise<string> {
  const row = (await ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .join("letter_translations as t", "t.version_id", "s.version_id")
    .where("s.id", signatureId)
    .orderByRaw("(t.language = s.language) desc, (t.language = l.default_language) desc")
    .first("t.body_md")) as { body_md: string } | undefined;
  return row?.body_md ?? "";
}

/** What an organisation agrees to with its logo, as it stands now. */
export interface LogoTerms {
  version: number;
  language: string;
  body: string;
  validFrom: string;
}

/** The newest terms in a language, or in English. */
export async function currentTerms(ctx: Ctx, language: string): Promise<LogoTerms | undefined> {
  return (await ctx
    .db("logo_terms")
    .whereIn("language", [language, "en"])
    .orderByRaw("version desc, (language = ?) desc", [language])
    .first("version", "language", "body")
    .select(ctx.db.raw(`to_char(valid_from, 'YYYY-MM-DD') as "validFrom"`))) as LogoTerms | undefined;
}

/** The picture at a public address: only while it is approved and its signature stands in public. */
export async function publicLogo(
  ctx: Ctx,
  hash: Buffer,
): Promise<{ bytes: Buffer; type: string } | undefined> {
  return (await ctx
    .db("signature_statements as t")
    .join("signatures as s", "s.id", "t.signature_id")
    .join("letters as l", "l.id", "s.letter_id")
    .where({ "t.kind": "logo", "t.state": "approved", "t.logo_hash": hash })
    .whereIn("s.state", ["published", "needs_reaffirmation"])
    .where({ "s.visibility": "public", "s.kind": "signature" })
    .whereIn("l.state", ["open", "paused", "closed", "delivered", "answered", "concluded", "archived"])
    .first("t.logo as bytes", "t.logo_type as type")) as { bytes: Buffer; type: string } | undefined;
}

/** The picture of a statement for its own signatory and for staff; undefined once it was emptied. */
export async function logoOf(
  ctx: Ctx,
  statementId: string,
): Promise<{ bytes: Buffer; type: string; signatureId: string } | undefined> {
  return (await ctx
    .db("signature_statements")
    .where({ id: statementId, kind: "logo" })
    .whereNotNull("logo")
    .first("logo as bytes", "logo_type as type", "signature_id as signatureId")) as
    { bytes: Buffer; type: string; signatureId: string } | undefined;
}
