import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { capLedger, capsOf, type Cap, type Lane } from "../../../src/domain/mail/cap.js";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/platform/clock.js";

const NOON = Date.parse("2026-11-25T12:00:00Z");
const day = (limit: number): Cap => ({ limit, span: DAY, counts: "what may have gone out" });
const minute = (limit: number): Cap => ({ limit, span: MINUTE, counts: "every attempt" });

function ledger(lanes: Record<string, Cap & Partial<Lane>>, now = NOON) {
  const full = Object.entries(lanes).map(
    ([name, lane]) => [name, { sent: [], waiting: [], ...lane }] as const,
  );
  const book = capLedger(new Date(now), new Map(full));
  return (names: string[], triedAt: number | null = null, opensAt?: (at: Date) => Date) =>
    book.take({ lanes: names, triedAt, ...(opensAt ? { opensAt } : {}) }).getTime() - now;
}

describe("caps", () => {
  it("let as many mails go as there is room for, and those behind come up as room appears", () => {
    const take = ledger({ a: { ...day(3), sent: [NOON - 23 * HOUR, NOON - 20 * HOUR, NOON - 25 * HOUR] } });
    expect([1, 2, 3, 4, 5].map(() => take(["a"]))).toEqual([0, HOUR, 4 * HOUR, DAY, 25 * HOUR]);
  });

  it("put newcomers behind those that wait already", () => {
    const waiting = [NOON + DAY, NOON + DAY, NOON + 2 * DAY];
    const take = ledger({ a: { ...day(2), sent: [NOON, NOON], waiting } });
    expect([take(["a"]), take(["a"]), take(["a"])]).toEqual([2 * DAY, 3 * DAY, 3 * DAY]);
  });

  it("hold all at once: mailbox and domain, day and minute", () => {
    const take = ledger({ box: minute(2), day: day(4), one: minute(1), two: minute(1) });
    expect(take(["box", "day", "one"])).toBe(0);
    expect(take(["box", "day", "one"])).toBe(MINUTE);
    expect(take(["box", "day", "two"])).toBe(0);
    expect(take(["box", "day", "two"])).toBe(MINUTE);
    expect(take(["box", "day", "none"])).toBe(DAY);
  });

  it("don't keep a mail to one domain behind those that wait for another", () => {
    const waiting = Array.from({ length: 50 }, () => NOON + DAY);
    const take = ledger({ box: { ...minute(1), sent: [NOON - SECOND], waiting } });
    expect(take(["box"])).toBe(59 * SECOND);
  });

  it("keep to the hours of the reader where they make a mail wait", () => {
    const nine = new Date(NOON + 21 * HOUR);
    const take = ledger({ box: { ...minute(1), sent: [NOON] } });
    const opensAt = (at: Date) => (at < nine ? nine : at);
    expect(take(["box"], null, opensAt)).toBe(21 * HOUR);
    expect(take(["box"], null, opensAt)).toBe(21 * HOUR + MINUTE);
  });

  it("don't count an attempt against the one that takes its place", () => {
    const tried = NOON - 30 * SECOND;
    expect(ledger({ a: { ...minute(1), sent: [tried] } })(["a"], tried)).toBe(0);
    expect(ledger({ a: { ...day(1), sent: [tried] } })(["a"], tried)).toBe(DAY - 30 * SECOND);
  });

  it("put a mail behind a queue that is too long to be counted", () => {
    const take = ledger({
      a: { ...day(1), waiting: [NOON + 90 * DAY], sent: [NOON], fullUntil: NOON + 90 * DAY },
    });
    expect(take(["a"])).toBe(91 * DAY);
  });

  it("are not fooled by a clock that ran ahead", () => {
    const take = ledger({ a: { ...minute(1), sent: [NOON + 90 * SECOND] } });
    expect(take(["a"])).toBeGreaterThan(0);
  });

  it("are none where no limit is set", () => {
    expect(capsOf({ day: null, minute: null })).toEqual([]);
    expect(ledger({})(["a", "b"])).toBe(0);
  });
});

/** A queue kept in memory: what the rows and the worker do, without either. */
interface Model {
  caps: Record<string, Cap>;
  sent: { at: number; lanes: string[] }[];
  queue: { id: number; due: number; lanes: string[]; waits: boolean; asked: number }[];
}

/** Takes everything that is due at a time, in batches, as workers would. */
function work(model: Model, now: number, batchSize: number): void {
  for (;;) {
    const batch = model.queue
      .filter((each) => each.due <= now)
      .sort((a, b) => a.due - b.due || a.id - b.id)
      .slice(0, batchSize);
    if (batch.length === 0) return;
    const lanes = new Map(
      Object.entries(model.caps).map(([name, cap]) => {
        const sent = model.sent
          .filter((each) => each.lanes.includes(name) && each.at > now - cap.span)
          .map(({ at }) => at)
          .sort((a, b) => b - a)
          .slice(0, cap.limit + batch.length);
        const waiting = model.queue
          .filter((each) => each.waits && each.due > now && each.lanes.includes(name))
          .map(({ due }) => due);
        return [name, { ...cap, sent, waiting }];
      }),
    );
    const book = capLedger(new Date(now), lanes);
    for (const message of batch) {
      message.asked += 1;
      const until = book.take({ lanes: message.lanes, triedAt: null }).getTime();
      if (until <= now) {
        model.sent.push({ at: now, lanes: message.lanes });
        model.queue.splice(model.queue.indexOf(message), 1);
      } else Object.assign(message, { due: until, waits: true });
    }
  }
}

function mostInAnySpan(times: readonly number[], span: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  let [most, first] = [0, 0];
  sorted.forEach((time, last) => {
    while ((sorted[first] ?? 0) <= time - span) first += 1;
    most = Math.max(most, last - first + 1);
  });
  return most;
}

const schedule = fc.record({
  box: fc.record({ day: fc.integer({ min: 20, max: 300 }), minute: fc.integer({ min: 1, max: 20 }) }),
  domain: fc.record({ day: fc.integer({ min: 5, max: 60 }), minute: fc.integer({ min: 1, max: 5 }) }),
  arrivals: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 * 24 * 60 }), fc.integer({ min: 0, max: 7 })), {
    minLength: 400,
    maxLength: 1500,
  }),
  batch: fc.integer({ min: 1, max: 60 }),
  /** How the worker's clock moves from one look to the next: mostly on, sometimes far, sometimes back. */
  steps: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 40 * MINUTE }) },
      { weight: 1, arbitrary: fc.integer({ min: 6 * HOUR, max: 30 * HOUR }) },
      { weight: 1, arbitrary: fc.integer({ min: -110 * SECOND, max: 0 }) },
    ),
    { minLength: 60, maxLength: 200 },
  ),
});

describe("caps over days of sending, with stand-stills and clocks that jump", () => {
  it("are never exceeded in any span, lose nothing, and turn nobody away again and again", () => {
    fc.assert(
      fc.property(schedule, ({ box, domain, arrivals, batch, steps }) => {
        const caps: Record<string, Cap> = { "box day": day(box.day), "box minute": minute(box.minute) };
        for (let n = 0; n < 8; n++) {
          caps[`${n} day`] = day(domain.day);
          caps[`${n} minute`] = minute(domain.minute);
        }
        const queue = arrivals.map(([at, n], id) => {
          const lanes = ["box day", "box minute", `${n} day`, `${n} minute`];
          return { id, due: NOON + at * MINUTE, lanes, waits: false, asked: 0 };
        });
        const model: Model = { caps, sent: [], queue: [...queue] };
        let now = NOON;
        for (const step of steps) work(model, (now += step), batch);
        expect(model.sent.length + model.queue.length).toBe(arrivals.length);
        for (const [name, cap] of Object.entries(caps)) {
          const times = model.sent.filter((each) => each.lanes.includes(name)).map(({ at }) => at);
          expect(mostInAnySpan(times, cap.span)).toBeLessThanOrEqual(cap.limit);
        }
        // Once for each stand-still and each cap in its way, not once for each mail before it.
        const asked = queue.reduce((sum, each) => sum + each.asked, 0) / queue.length;
        expect(asked).toBeLessThan(40);
      }),
      { numRuns: 12, endOnFailure: true },
    );
  }, 120_000);

  it("use the room there is: a queue behind a cap empties as fast as the cap allows", () => {
    const caps = { "box day": day(100), "box minute": minute(10) };
    const lanes = Object.keys(caps);
    const queue = Array.from({ length: 1000 }, (_, id) => ({ id, due: NOON, lanes, waits: false, asked: 0 }));
    const model: Model = { caps, sent: [], queue: [...queue] };
    for (let now = NOON; now < NOON + 10 * DAY; now += MINUTE) work(model, now, 50);
    expect(model.queue).toHaveLength(0);
    expect(Math.max(...queue.map((each) => each.asked))).toBeLessThanOrEqual(3);
  });
});
