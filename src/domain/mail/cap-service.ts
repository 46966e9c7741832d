/** The caps at the commit point: room under each mailbox's limits and under those of the recipients' domains. */
import type { Ctx } from "../../platform/context.js";
import { capLedger, capsOf, type Cap, type Lane, type Limits } from "./cap.js";
import {
  countLanes,
  readLanes,
  readLimits,
  WAITING_AT_MOST,
  type LaneQuery,
  type LimitedMailbox,
} from "./cap-store.js";
import type { MessageRow } from "./store.js";

/** What a message says about the caps it goes through. */
export type CappedMessage = Pick<MessageRow, "mailbox_id" | "to_email" | "sending_at">;

/** Room under the caps for a batch of outreach. */
export interface Caps {
  /** When the message may go: `now`, which uses up room, or later, not before other rules let it. */
  take(message: CappedMessage, opensAt?: (at: Date) => Date): Date;
}

type CapLane = Cap & Omit<LaneQuery, "after" | "lasting" | "newest">;

/**
 * Counts from the rows what went out in the last minute and the last 24 hours, for a batch whose mailboxes and domains
 * are locked; so no cap is exceeded, however many workers there are. Three statements at most for any batch; the times
 * themselves are read only where a cap may be reached.
 */
export async function capsFor(ctx: Ctx, batch: readonly CappedMessage[]): Promise<Caps> {
  const now = ctx.clock.now();
  if (batch.length === 0) return { take: () => now };
  const ids = new Set(batch.flatMap((message) => message.mailbox_id ?? []));
  const limits = await readLimits(ctx.db, [...ids]);
  const lanesOf = (message: CappedMessage) => [
    ...mailboxLanes(
      limits.mailboxes.find(({ id, settings }) =>
        message.mailbox_id === null ? settings : id === message.mailbox_id,
      ),
    ),
    ...domainLanes(limits.domain, message.to_email.split("@")[1] ?? ""),
  ];
  const lanes = new Map(batch.flatMap((message) => lanesOf(message).map((lane) => [lane.lane, lane])));
  const ledger = capLedger(now, await fillLanes(ctx, [...lanes.values()], batch.length));
  return {
    take: (message, opensAt) =>
      ledger.take({
        lanes: lanesOf(message).map(({ lane }) => lane),
        triedAt: message.sending_at?.getTime() ?? null,
        ...(opensAt ? { opensAt } : {}),
      }),
  };
}

function mailboxLanes(mailbox: LimitedMailbox | undefined): CapLane[] {
  if (!mailbox) return [];
  const { id, settings } = mailbox;
  return capsOf(mailbox).map((cap) => ({
    ...cap,
    lane: `mailbox ${id} ${cap.span}`,
    mailbox: id,
    settings,
    domain: null,
  }));
}

function domainLanes(limits: Limits, domain: string): CapLane[] {
  return capsOf(limits).map((cap) => ({
    ...cap,
    lane: `domain ${domain} ${cap.span}`,
    mailbox: null,
    settings: false,
    domain,
  }));
}

async function fillLanes(ctx: Ctx, lanes: readonly CapLane[], batchSize: number): Promise<Map<string, Lane>> {
  const now = ctx.clock.now();
  const queryOf = (lane: CapLane): LaneQuery => ({
    ...lane,
    after: new Date(now.getTime() - lane.span),
    lasting: lane.counts === "what may have gone out",
    newest: lane.limit + batchSize,
  });
  const counts = await countLanes(ctx.db, lanes.map(queryOf));
  const tight = lanes.filter((lane) => (counts.get(lane.lane) ?? 0) + batchSize > lane.limit);
  const books = new Map(
    tight.map((lane) => [lane.lane, { ...lane, sent: [] as number[], waiting: [] as number[] }]),
  );
  for (const { lane, at, waits } of await readLanes(ctx.db, tight.map(queryOf), now)) {
    books.get(lane)?.[waits ? "waiting" : "sent"].push(at.getTime());
  }
  return new Map([...books].map(([name, book]) => [name, { ...book, ...fullUntil(book.waiting) }]));
}

function fullUntil(waiting: readonly number[]): Pick<Lane, "fullUntil"> {
  return waiting.length < WAITING_AT_MOST ? {} : { fullUntil: Math.min(...waiting) };
}
