import type { Db } from "../../platform/db.js";
import type { AuthorityColumns } from "./authority-columns.js";
import type { ConditionClass } from "./condition.js";
import {
  NOT_LIVE,
  type Cause,
  type SignatureKind,
  type SignatureState,
  type Visibility,
} from "./signature.js";

/** A signature as kept. */
export interface SignatureRow extends AuthorityColumns {
  id: string;
  letter_id: string;
  version_id: string;
  content_hash: Buffer;
  /** Null until somebody confirms what the public page brought. */
  organisation_id: string | null;
  /** The invitation, or the country and the folded name that were given. */
  waits_as?: string | null;
  invitation_id: string | null;
  kind: SignatureKind;
  visibility: Visibility;
  state: SignatureState;
  scope: "entity" | "group";
  display_name: string;
  country: string;
  sector: string;
  signatory_name: string;
  signatory_title: string;
  signatory_email: string;
  contact_name: string | null;
  contact_email: string | null;
  quote: string | null;
  quote_approved: boolean;
  reservation_clause: number | null;
  reservation: string | null;
  help_offered: string | null;
  language: string;
  condition_count: number | null;
  condition_class: ConditionClass | null;
  condition_deadline: string | Date | null;
  rejection_code: string | null;
  rejection_note: string | null;
  submitted_at: Date;
  confirmed_at: Date | null;
  accepted_at: Date | null;
  published_at: Date | null;
  withdrawn_at: Date | null;
  activated_at: Date | null;
  reviewed_by: string | null;
  row_version: number;
  /** Keyed hash of the first part of the network address; null once it was erased, or was never kept. */
  network_hash?: Buffer | null;
  /** When staff and owner were told of a second entry. */
  second_told_at?: Date | null;
  /** When its people disputed an entry that was parked. */
  disputed_at?: Date | null;
}

/** One step of a signature as kept. */
export interface HistoryRow {
  id: string;
  signature_id: string;
  from_state: SignatureState | null;
  to_state: SignatureState;
  cause: Cause | "submitted";
  actor_kind: string;
  actor_id: string | null;
  at: Date;
}

/** The columns that a step may change beside the state. */
export type StepChange = Partial<
  Pick<
    SignatureRow,
    | "confirmed_at"
    | "accepted_at"
    | "published_at"
    | "withdrawn_at"
    | "kind"
    | "activated_at"
    | "rejection_code"
    | "rejection_note"
    | "quote_approved"
    | "version_id"
    | "content_hash"
    | "reviewed_by"
  >
>;

/** Adds a step to the history, which takes nothing back. */
export async function insertHistory(db: Db, row: HistoryRow): Promise<void> {
  await db<HistoryRow>("signature_history").insert(row);
}

/** A signature by its id. */
export async function findSignature(db: Db, id: string): Promise<SignatureRow | undefined> {
  return db<SignatureRow>("signatures").where({ id }).first();
}

/** The same, held until the transaction ends. */
export async function lockSignature(db: Db, id: string): Promise<SignatureRow | undefined> {
  return db<SignatureRow>("signatures").where({ id }).forUpdate().first();
}

/** The one live signature of an organisation under a letter, held until the transaction ends. */
export async function lockLiveSignature(
  db: Db,
  letterId: string,
  organisationId: string | null,
): Promise<SignatureRow | undefined> {
  if (organisationId === null) return undefined;
  return db<SignatureRow>("signatures")
    .where({ letter_id: letterId, organisation_id: organisationId })
    .whereNotIn("state", [...NOT_LIVE])
    .forUpdate()
    .first();
}

/** Moves a signature on and raises its version. */
export async function setState(db: Db, id: string, state: SignatureState, change: StepChange): Promise<void> {
  await db("signatures")
    .where({ id })
    .update({ ...change, state, row_version: db.raw("row_version + 1") });
}

/** Signatures that were held until launch and whose letter has opened since, oldest first, at most 500 at a time. */
export async function listHeldIds(db: Db): Promise<string[]> {
  return db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .where("s.state", "held")
    .whereIn("l.state", ["open", "paused", "closed"])
    .orderBy("s.accepted_at")
    .limit(500)
    .pluck("s.id");
}

/** Binds what the public page brought to the organisation that its confirmation met or made. */
export async function setOrganisation(db: Db, id: string, organisationId: string): Promise<void> {
  await db("signatures").where({ id }).update({ organisation_id: organisationId });
}

/** What still waits of an invitation beside one entry, each held until the transaction ends. */
export async function lockWaitingOf(db: Db, invitationId: string, beside: string): Promise<SignatureRow[]> {
  return db<SignatureRow>("signatures")
    .where({ invitation_id: invitationId, state: "submitted" })
    .whereNot({ id: beside })
    .orderBy("id")
    .forUpdate();
}
