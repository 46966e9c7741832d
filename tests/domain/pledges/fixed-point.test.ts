import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import {
  greatestFixedPoint,
  isMet,
  type Condition,
  type Member,
  type Pledge,
} from "../../../src/domain/pledges/fixed-point.js";

const ROOTS = ["a", "b", "c", "d", "e", "f", "g"];

const member = fc.record({
  root: fc.constantFrom(...ROOTS),
  sector: fc.constantFrom("operator", "insurer"),
  country: fc.constantFrom("NO", "KE"),
});

const condition: fc.Arbitrary<Condition> = fc.oneof(
  fc.record({
    class: fc.constantFrom("any" as const, "sector" as const, "country" as const),
    count: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({
    class: fc.constant("ten_largest" as const),
    count: fc.integer({ min: 1, max: 3 }),
    peers: fc.uniqueArray(fc.constantFrom(...ROOTS), { maxLength: 5 }),
  }),
);

const pledges = fc
  .array(fc.tuple(member, condition), { maxLength: 8 })
  .map((all) => all.map(([who, what], place): Pledge => ({ ...who, id: `p${place}`, condition: what })));
const firm = fc.array(member, { maxLength: 5 });

/** Every subset in which each pledge's condition is met by the firm ones and the subset itself. */
function holding(signed: readonly Member[], all: readonly Pledge[]): Pledge[][] {
  const sets: Pledge[][] = [];
  for (let mask = 0; mask < 2 ** all.length; mask++) {
    const set = all.filter((_, place) => (mask >> place) % 2 === 1);
    if (set.every((pledge) => isMet(pledge, [...signed, ...set]))) sets.push(set);
  }
  return sets;
}

function ids(set: Iterable<string>): string[] {
  return [...set].sort();
}

function one(id: string, count: number, changes: Partial<Pledge> = {}): Pledge {
  return { id, root: id, sector: "operator", country: "NO", condition: { class: "any", count }, ...changes };
}

describe("which pledges hold together", () => {
  it("is the largest of all sets that hold, tried one by one", () => {
    fc.assert(
      fc.property(firm, pledges, (signed, all) => {
        const found = ids(greatestFixedPoint(signed, all));
        const sets = holding(signed, all);
        expect(found).toEqual(ids(new Set(sets.flat().map(({ id }) => id))));
        expect(sets.some((set) => ids(set.map(({ id }) => id)).join() === found.join())).toBe(true);
      }),
      { numRuns: 600 },
    );
  });

  it("never shrinks when one more signs or pledges", () => {
    fc.assert(
      fc.property(firm, pledges, member, condition, (signed, all, who, what) => {
        const before = greatestFixedPoint(signed, all);
        const more = greatestFixedPoint([...signed, who], all);
        const also = greatestFixedPoint(signed, [...all, { ...who, id: "new", condition: what }]);
        for (const id of before) expect([more.has(id), also.has(id)]).toEqual([true, true]);
      }),
    );
  });

  it("does not depend on the order in which they came", () => {
    fc.assert(
      fc.property(
        firm,
        pledges.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        (signed, [all, mixed]) => {
          expect(ids(greatestFixedPoint(signed, mixed))).toEqual(ids(greatestFixedPoint(signed, all)));
        },
      ),
    );
  });

  it("lets two who wait for each other sign together, without a first mover", () => {
    expect(ids(greatestFixedPoint([], [one("a", 1), one("b", 1)]))).toEqual(["a", "b"]);
    expect(ids(greatestFixedPoint([], [one("a", 1), one("b", 2)]))).toEqual([]);
  });

  it("counts a group once, and never a pledge's own", () => {
    const sister = one("sister", 1, { root: "a" });
    expect(ids(greatestFixedPoint([], [one("a", 1), sister]))).toEqual([]);
    expect(ids(greatestFixedPoint([sister], [one("a", 1)]))).toEqual([]);
    const twins = [one("b1", 1, { root: "b" }), one("b2", 1, { root: "b" })];
    expect(ids(greatestFixedPoint([], [one("a", 2), ...twins]))).toEqual([]);
    expect(ids(greatestFixedPoint([], [one("a", 1), ...twins]))).toEqual(["a", "b1", "b2"]);
  });

  it("waits for half of the ten largest that were pinned, whoever is largest today", () => {
    const peers = ["t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9", "t10"];
    const waits = one("w", 5, { condition: { class: "ten_largest", count: 5, peers } });
    const signed = (n: number) => peers.slice(0, n).map((root) => one(root, 0, { root }));
    expect(ids(greatestFixedPoint(signed(4), [waits]))).toEqual([]);
    expect(ids(greatestFixedPoint(signed(5), [waits]))).toEqual(["w"]);
    expect(ids(greatestFixedPoint(signed(5), [{ ...waits, root: "t1" }]))).toEqual([]);
  });

  it("falls through a chain of 10,000 that hang on one another to the last", () => {
    const chain = Array.from({ length: 10_000 }, (_, place) => one(`p${place}`, place + 1));
    expect(greatestFixedPoint([], chain).size).toBe(0);
    expect(greatestFixedPoint([one("firm", 0)], chain).size).toBe(10_000);
  });
});
