import type { Ctx } from "../../platform/context.js";
import { CLAIM_LIFE, type Claim } from "./claim.js";
import { WORKING_DAYS, bandOf, dueAt, type DueBand, type Pause } from "./due.js";

/** An entry that waits for a reviewer, or for the answer to a question of one. */
export interface QueueEntry {
  id: string;
  letterSlug: string;
  organisationId: string;
  displayName: string;
  signatoryName: string;
  signatoryTitle: string;
  kind: "signature" | "pledge";
  visibility: "public" | "confidential";
  state: "in_review" | "needs_information" | "parked";
  conditionCount: number | null;
  conditionClass: "any" | "sector" | "country" | null;
  invited: boolean;
  dueAt: Date;
  band: DueBand;
  claim: Claim | undefined;
  tags: string[];
}

interface Row {
  id: string;
  slug: string;
  organisation_id: string;
  display_name: string;
  signatory_name: string;
  signatory_title: string;
  kind: QueueEntry["kind"];
  visibility: QueueEntry["visibility"];
  state: QueueEntry["state"];
  condition_count: number | null;
  condition_class: QueueEntry["conditionClass"];
  invitation_id: string | null;
  since: Date;
  working_days: number | null;
  holder_id: string | null;
  holder_name: string | null;
  taken_at: Date | null;
  tags: string[] | null;
  pauses: { from: string; until: string | null }[];
}

/** What the queue is narrowed to. */
export interface QueueFilter {
  letter?: string | undefined;
  /** free: nobody has it · mine · taken: by anybody. */
  claim?: "free" | "mine" | "taken" | undefined;
  band?: DueBand | undefined;
  kind?: "signature" | "pledge" | "confidential" | undefined;
}

const AT_MOST = 2000;

/**
 * Everything that waits, the soonest due first; what waits for its signatory comes last. At most 2,000 entries. The
 * caller checks who may see them.
 */
export async function queueOf(
  ctx: Ctx,
  holderId: string | null,
  filter: QueueFilter = {},
): Promise<QueueEntry[]> {
  const at = ctx.clock.now();
  const lapsed = new Date(at.getTime() - CLAIM_LIFE);
  const query = ctx
    .db("signatures as s")
    .join("letters as l", "l.id", "s.letter_id")
    .leftJoin("review_times as t", "t.letter_id", "s.letter_id")
    .leftJoin("review_notes as n", "n.signature_id", "s.id")
    .leftJoin("review_claims as c", (join) =>
      join.on("c.signature_id", "s.id").andOn("c.taken_at", ">", ctx.db.raw("?", [lapsed])),
    )
    .whereIn("s.state", ["in_review", "needs_information", "parked"])
    .orderByRaw("coalesce(s.confirmed_at, s.submitted_at), s.id")
    .limit(AT_MOST)
    .select("s.id", "l.slug", "s.organisation_id", "s.display_name", "s.signatory_name", "s.signatory_title")
    .select("s.kind", "s.visibility", "s.state", "s.condition_count", "s.condition_class", "s.invitation_id")
    .select("t.working_days", "c.holder_id", "c.holder_name", "c.taken_at", "n.tags")
    .select(ctx.db.raw("coalesce(s.confirmed_at, s.submitted_at) as since"))
    .select(
      ctx.db.raw(
        `(select coalesce(jsonb_agg(jsonb_build_object('from', r.asked_at, 'until', r.answered_at) order by r.asked_at), '[]')
            from information_requests r where r.signature_id = s.id) as pauses`,
      ),
    );
  if (filter.letter) void query.where("l.slug", filter.letter);
  if (filter.kind === "confidential")
    void query.where({ "s.kind": "signature", "s.visibility": "confidential" });
  else if (filter.kind) void query.where({ "s.kind": filter.kind, "s.visibility": "public" });
  if (filter.claim === "free") void query.whereNull("c.holder_id");
  if (filter.claim === "taken") void query.whereNotNull("c.holder_id");
  if (filter.claim === "mine") void query.where("c.holder_id", holderId);
  const rows = (await query) as Row[];
  return rows
    .map((row) => toEntry(row, at))
    .filter((entry) => !filter.band || entry.band === filter.band)
    .sort((a, b) => rank(a) - rank(b) || a.dueAt.getTime() - b.dueAt.getTime());
}

function rank(entry: QueueEntry): number {
  return entry.band === "stopped" ? 1 : 0;
}

function toEntry(row: Row, at: Date): QueueEntry {
  const pauses = row.pauses.map((pause): Pause => ({
    from: new Date(pause.from),
    until: pause.until === null ? null : new Date(pause.until),
  }));
  const due = dueAt(row.since, row.working_days ?? WORKING_DAYS, pauses, at);
  return {
    id: row.id,
    letterSlug: row.slug,
    organisationId: row.organisation_id,
    displayName: row.display_name,
    signatoryName: row.signatory_name,
    signatoryTitle: row.signatory_title,
    kind: row.kind,
    visibility: row.visibility,
    state: row.state,
    conditionCount: row.condition_count,
    conditionClass: row.condition_class,
    invited: row.invitation_id !== null,
    dueAt: due,
    band: bandOf(due, at, row.state === "needs_information"),
    claim:
      row.holder_id && row.holder_name && row.taken_at
        ? { holderId: row.holder_id, holderName: row.holder_name, takenAt: row.taken_at }
        : undefined,
    tags: row.tags ?? [],
  };
}

/** How much waits and how much of it is late, by letter, for the hub. */
export interface QueueTotals {
  letter: string;
  workingDays: number;
  overdue: number;
  nearly: number;
  in_time: number;
  stopped: number;
}

/** The totals of each letter that has entries waiting, and of each that takes signatures. */
export async function queueTotals(ctx: Ctx): Promise<QueueTotals[]> {
  const letters = (await ctx
    .db("letters as l")
    .leftJoin("review_times as t", "t.letter_id", "l.id")
    .whereIn("l.state", ["gathering", "open", "paused", "closed"])
    .orWhereRaw(
      "exists (select from signatures s where s.letter_id = l.id and s.state in ('in_review', 'needs_information', 'parked'))",
    )
    .orderBy("l.slug")
    .select("l.slug", "t.working_days")) as { slug: string; working_days: number | null }[];
  const entries = await queueOf(ctx, null);
  return letters.map(({ slug, working_days: days }) => {
    const own = entries.filter((entry) => entry.letterSlug === slug);
    const count = (band: DueBand): number => own.filter((entry) => entry.band === band).length;
    return {
      letter: slug,
      workingDays: days ?? WORKING_DAYS,
      overdue: count("overdue"),
      nearly: count("nearly"),
      in_time: count("in_time"),
      stopped: count("stopped"),
    };
  });
}

/** Who has an entry now, and when it is due; undefined when it does not wait. */
export async function queueEntry(ctx: Ctx, id: string): Promise<QueueEntry | undefined> {
  return (await queueOf(ctx, null)).find((entry) => entry.id === id);
}

/** The entry to look at after one: the next that is due and that nobody else has taken. */
export async function nextEntry(
  ctx: Ctx,
  holderId: string | null,
  filter: QueueFilter,
  after: string,
): Promise<string | undefined> {
  const entries = await queueOf(ctx, holderId, { ...filter, band: undefined });
  return entries.find(
    (entry) =>
      entry.state === "in_review" &&
      entry.id !== after &&
      (entry.claim === undefined || entry.claim.holderId === holderId),
  )?.id;
}
