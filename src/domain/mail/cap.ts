/**
 * How many mails may go in any span of time. A span slides: it is the last 24 hours at every moment, not a day of the
 * calendar, so no midnight lets twice as many through.
 */
import { DAY, MINUTE } from "../../platform/clock.js";
import type { MessageState } from "./message.js";

/** At most `limit` mails in any `span` milliseconds. */
export interface Cap {
  limit: number;
  span: number;
  /** Attempts that were provably not accepted count, too. */
  counts: "every attempt" | "what may have gone out";
}

/** The limits on one mailbox, or on one recipient domain; null: none. */
export interface Limits {
  day: number | null;
  minute: number | null;
}

/** The caps that some limits make. */
export function capsOf(limits: Limits): Cap[] {
  const caps: Cap[] = [];
  if (limits.day !== null) caps.push({ limit: limits.day, span: DAY, counts: "what may have gone out" });
  if (limits.minute !== null) caps.push({ limit: limits.minute, span: MINUTE, counts: "every attempt" });
  return caps;
}

/**
 * The states in which an attempt counts against a day: the mail went out, may have gone out, or was answered for good.
 * One that was provably not accepted and waits for its next attempt doesn't: a server that is down for five minutes
 * must not use up the day. Against a minute every attempt counts, since that cap is the pace at which servers are
 * knocked at, whatever they answer.
 */
export const COUNTED_IN_A_DAY: readonly MessageState[] = ["sending", "sent", "uncertain", "failed"];

/** What counts against one cap, and which messages wait for room under it already. Times in milliseconds. */
export interface Lane extends Cap {
  /** When the mails that count were committed to, in any order. */
  sent: readonly number[];
  /** When messages that this cap or another holds back are due again, in any order. */
  waiting: readonly number[];
  /** So many wait that only the last of them were counted: there is no room before this time. */
  fullUntil?: number;
}

/** A message that could go. */
export interface Candidate {
  /** The lanes it goes through, by their names; names without a lane have no cap. */
  lanes: readonly string[];
  /** When it was tried before and provably not accepted; a new attempt takes the place of that one. */
  triedAt: number | null;
  /** When it may go by other rules, at the earliest, from a time on. */
  opensAt?: (at: Date) => Date;
}

/** Gives out room under caps, message by message in the order in which they are due. */
export interface CapLedger {
  /** When the message may go: `now`, which uses up room, or the first time at which room can be expected. */
  take(message: Candidate): Date;
}

/**
 * A ledger of what went before. A message that fits goes now. One that doesn't gets a later time behind those that wait
 * already, so that they come up one after another as room appears, and not all at once to be turned away again.
 */
export function capLedger(now: Date, lanes: ReadonlyMap<string, Lane>): CapLedger {
  const at = now.getTime();
  const books = new Map([...lanes].map(([name, lane]) => [name, openBook(lane, at)]));
  return {
    take({ lanes: names, triedAt, opensAt }) {
      const through = names.map((name) => books.get(name)).filter((book) => book !== undefined);
      if (through.every((book) => hasRoom(book, at, triedAt))) {
        for (const { sent, taken } of through) for (const times of [sent, taken]) enter(times, at);
        return now;
      }
      const until = roomInAll(through, at, opensAt);
      for (const book of through) enter(book.taken, until);
      return new Date(until);
    },
  };
}

interface Book extends Cap {
  /** Ascending. What was sent after `now`, by a clock that ran ahead, is taken as sent now. */
  sent: number[];
  /** Ascending: what was sent and what waits. */
  taken: number[];
  fullUntil?: number;
}

function openBook({ sent, waiting, ...cap }: Lane, now: number): Book {
  const past = sent.map((time) => Math.min(time, now));
  return { ...cap, sent: ascending(past), taken: ascending([...past, ...waiting]) };
}

/** Only mails that went before decide whether one may go now; what waits has no claim that a count could break. */
function hasRoom({ limit, span, counts, sent }: Book, now: number, triedAt: number | null): boolean {
  const isOwnIn = counts === "every attempt" && triedAt !== null && triedAt > now - span;
  return sent.length - after(sent, now - span) - (isOwnIn ? 1 : 0) < limit;
}

function roomInAll(books: readonly Book[], now: number, opensAt?: (at: Date) => Date): number {
  let time = now + 1;
  for (;;) {
    const rooms = books.map((book) => roomFrom(book, time));
    const room = Math.max(time, ...rooms);
    const open = opensAt ? Math.max(room, opensAt(new Date(room)).getTime()) : room;
    if (open === time) return time;
    time = open;
  }
}

/** The first time from `time` on in whose span there is room, counting what waits. */
function roomFrom({ limit, span, taken, fullUntil = 0 }: Book, from: number): number {
  let time = Math.max(from, fullUntil);
  for (;;) {
    const first = after(taken, time - span);
    const over = after(taken, time) - first - limit;
    const leaving = taken[first + over];
    if (over < 0 || leaving === undefined) return time;
    time = leaving + span;
  }
}

function ascending(times: readonly number[]): number[] {
  return [...times].sort((a, b) => a - b);
}

/** The place of the first time that is later than `time`. */
function after(times: readonly number[], time: number): number {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((times[middle] ?? Infinity) > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function enter(times: number[], time: number): void {
  times.splice(after(times, time), 0, time);
}
