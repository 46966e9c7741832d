/**
 * The worker's part of a bulk invalidation: some entries a transaction, each with its step, its history and its note of
 * what it was before. What a crash takes back is done again; what was done is never done twice.
 */
import { as, transaction, type Ctx } from "../../platform/context.js";
import { forbidden } from "../../platform/errors.js";
import { holdLocks } from "../../platform/locks.js";
import { record } from "../activity/service.js";
import type { SignatureState } from "../signatures/signature.js";
import { putBack, takeOff } from "../signatures/taking-off-service.js";
import {
  hasOpenItems,
  listUnderWay,
  lockBulk,
  lockDoneItems,
  lockOpenItems,
  setBulk,
  setItem,
  type BulkRow,
  type ItemRow,
} from "./bulk-store.js";
import { bulkCause } from "./bulk.js";

/** How many entries one transaction moves: few enough that a signatory who acts meanwhile hardly waits. */
const BATCH = 50;
/** How many transactions one tick does, so that other work has its turn. */
const BATCHES = 20;

/** Does some of every bulk invalidation that is under way. Returns how many entries it moved; for the system only. */
export async function workOnBulks(ctx: Ctx): Promise<number> {
  if (ctx.actor.kind !== "system") throw forbidden("team.not_allowed");
  let moved = 0;
  for (const bulk of await listUnderWay(ctx.db)) {
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const done = await oneBatch(ctx, bulk.id);
      moved += done;
      if (done === 0) break;
    }
  }
  return moved;
}

/** One batch, in one transaction; 0 when nothing is left, or somebody has stopped it. */
async function oneBatch(ctx: Ctx, id: string): Promise<number> {
  const done = await transaction(ctx, async (tx) => {
    const bulk = await lockBulk(tx.db, id, "shared");
    if (bulk?.state !== "running" && bulk?.state !== "undoing") return 0;
    const off = bulk.state === "running";
    const items = off ? await lockOpenItems(tx.db, id, BATCH) : await lockDoneItems(tx.db, id, BATCH);
    await holdLocks(tx.db, { organisation: items.map((item) => item.organisation_id) });
    const acting = actingFor(tx, bulk);
    for (const item of items) await (off ? takeOne(acting, bulk, item) : putOneBack(acting, item));
    return items.length;
  });
  if (done === 0) await finish(ctx, id);
  return done;
}

/** The steps are those of the person who started it, or undid it. */
function actingFor(tx: Ctx, bulk: BulkRow): Ctx {
  const id = bulk.state === "undoing" ? bulk.undone_by : bulk.started_by;
  return id === null ? tx : as(tx, { kind: "staff", id, name: "bulk invalidation", role: "" });
}

async function takeOne(tx: Ctx, bulk: BulkRow, item: ItemRow): Promise<void> {
  const taken = await takeOff(tx, item.signature_id, {
    causeFrom: (state) => (isStillMeant(bulk, state) ? bulkCause(state) : undefined),
    reasonCode: bulk.reason_code,
    tell: bulk.tell_signatories,
    bulkId: bulk.id,
  });
  await setItem(tx.db, item, {
    state_before: taken?.state ?? null,
    published_before: taken?.publishedAt ?? null,
    outcome: taken?.outcome ?? "skipped",
    outcome_reason: taken?.outcome === "skipped" ? taken.state : null,
    done_at: tx.clock.now(),
  });
}

/** Where states were named, an entry that a colleague has moved on since is left alone. */
function isStillMeant({ filter }: BulkRow, state: SignatureState): boolean {
  return !filter.states?.length || filter.states.includes(state);
}

async function putOneBack(tx: Ctx, item: ItemRow): Promise<void> {
  const before = {
    state: item.state_before as SignatureState,
    publishedAt: item.published_before,
  };
  const put = await putBack(tx, item.signature_id, before, item.bulk_id);
  await setItem(tx.db, item, {
    undo_outcome: put.outcome,
    undo_reason: put.outcome === "left" ? put.reason : null,
    undone_at: tx.clock.now(),
  });
}

/** Ends it once every entry has its outcome; another worker may still hold some. */
async function finish(ctx: Ctx, id: string): Promise<void> {
  await transaction(ctx, async (tx) => {
    const bulk = await lockBulk(tx.db, id);
    if (bulk?.state !== "running" && bulk?.state !== "undoing") return;
    const off = bulk.state === "running";
    if (await hasOpenItems(tx.db, id, off ? "off" : "back")) return;
    await setBulk(tx.db, id, { state: off ? "done" : "undone", finished_at: tx.clock.now() });
    await record(tx, { action: off ? "bulk.done" : "bulk.put_back", subjectId: id });
  });
}
