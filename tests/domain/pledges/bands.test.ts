import { createHash } from "node:crypto";
import { describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import {
  BANDS,
  bandOf,
  bandsOf,
  changesBetween,
  drawnFrom,
  groupsToTell,
  type Counted,
  type Draw,
} from "../../../src/domain/pledges/band.js";

/** A draw with a key that the observer does not have. */
function keyed(key: string): Draw {
  return (name) => drawnFrom(createHash("sha256").update(`${key}\n${name}`).digest().readUInt32BE(0));
}

const plain: Draw = () => 0;

function crowd(size: number, from = 0): Counted[] {
  return Array.from({ length: size }, (_, place) => ({
    root: `g${from + place}`,
    sector: place % 2 ? "insurer" : "operator",
    country: place % 3 ? "NO" : "KE",
  }));
}

describe("the bands of support in confidence and of pledges", () => {
  it("name 5, 10, 25 and 50, and nothing below 5", () => {
    expect([0, 4, 5, 9, 10, 24, 25, 49, 50, 400].map(bandOf)).toEqual([0, 0, 5, 5, 10, 10, 25, 25, 50, 50]);
  });

  it("never say more than there are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 70 }), fc.string(), (size, key) => {
        for (const { class: name, key: value, band } of bandsOf(crowd(size), keyed(key))) {
          const inside = crowd(size).filter(({ sector, country }) =>
            name === "all" ? true : value.split(" ").every((each) => each === sector || each === country),
          );
          expect(band).toBeLessThanOrEqual(inside.length);
          if (name !== "all") expect(size - inside.length).toBeGreaterThanOrEqual(5);
        }
      }),
    );
  });

  it("say at most one band less than there are", () => {
    fc.assert(
      fc.property(fc.integer({ min: 9, max: 70 }), fc.string(), (size, key) => {
        const band = bandsOf(crowd(size), keyed(key))[0]?.band ?? 0;
        expect(band).toBeGreaterThanOrEqual(bandOf(size - 4));
        expect([0, ...BANDS]).toContain(band);
      }),
    );
  });

  it("tell of a class only where it and the rest are five each, across sector and country too", () => {
    const four = [...crowd(20), ...crowd(4, 50).map((group) => ({ ...group, sector: "launcher" }))];
    const classes = bandsOf(four, plain).map(({ class: name, key }) => `${name} ${key}`);
    expect(classes).toContain("sector operator");
    expect(classes.some((each) => each.includes("launcher"))).toBe(false);
    const all = crowd(12).map((group) => ({ ...group, sector: "operator" }));
    expect(bandsOf(all, plain).some(({ class: name }) => name === "sector")).toBe(false);
  });

  it("stay as they are until at least five groups have changed, up or down", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 30 }),
        fc.integer({ min: 0, max: 4 }),
        fc.string(),
        (size, some, key) => {
          const told = crowd(size);
          expect(groupsToTell(told, [...told, ...crowd(some, 100)], keyed(key))).toBe(told);
          expect(groupsToTell(told, told.slice(some), keyed(key))).toBe(told);
        },
      ),
    );
    const ten = crowd(10);
    expect(changesBetween(ten, crowd(1))).toBe(9);
    expect(groupsToTell(ten, crowd(1), keyed("any"))).toHaveLength(1);
  });
});

/** What an organisation is at the end of a week, as its acts left it. */
type Standing = "nothing" | "confidential" | "public" | "pledge";

interface Life extends Omit<Counted, "root"> {
  weeks: Standing[];
}

const WEEKS = 6;
const standing = fc.constantFrom<Standing>("nothing", "confidential", "confidential", "public", "pledge");

/** Any life: joining, going public, withdrawing, joining again, changing to a pledge; most stay as they are for a while. */
const life: fc.Arbitrary<Life> = fc.record({
  sector: fc.constantFrom("operator", "insurer"),
  country: fc.constantFrom("NO", "KE"),
  weeks: fc
    .array(fc.tuple(standing, fc.integer({ min: 1, max: WEEKS })), { minLength: WEEKS, maxLength: WEEKS })
    .map((spells) =>
      spells.flatMap(([what, long]) => Array.from({ length: long }, () => what)).slice(0, WEEKS),
    ),
});

/** Everything that the public is told, week by week, beside the list of those who are named. */
function told(lives: readonly Life[], draw: Draw): string {
  const lines: string[] = [];
  const sets: Record<"confidential" | "pledge", readonly Counted[]> = { confidential: [], pledge: [] };
  for (let week = 0; week < WEEKS; week++) {
    for (const kind of ["confidential", "pledge"] as const) {
      const today = lives.flatMap(({ sector, country, weeks }, place) =>
        weeks[week] === kind ? [{ root: `g${place}`, sector, country }] : [],
      );
      sets[kind] = groupsToTell(sets[kind], today, (name) => draw(`${kind} ${name}`));
      const bands = bandsOf(sets[kind], (name) => draw(`${kind} ${name}`));
      lines.push(
        bands
          .map((band) => `${band.class} ${band.key} ${band.band}`)
          .sort()
          .join(","),
      );
    }
    lines.push(lives.map(({ weeks }) => (weeks[week] === "public" ? 1 : 0)).join(""));
  }
  return lines.join("\n");
}

/**
 * How often an observer is right who knows every act of every other organisation, and the whole of our code, but not
 * the key: it plays both worlds, the one in which the last organisation did something in secret and the one in which
 * it did not, with keys of its own, and takes the world in which it saw more often what it sees. 0.5 is guessing.
 */
function advantage(others: readonly Life[], secret: Life, drawOf: (key: string) => Draw): number {
  const silent: Life = { ...secret, weeks: secret.weeks.map(() => "nothing") };
  const worlds = [
    [...others, secret],
    [...others, silent],
  ];
  const seen = worlds.map((world) => {
    const counts = new Map<string, number>();
    for (let key = 0; key < 60; key++) {
      const output = told(world, drawOf(`trial ${key}`));
      counts.set(output, (counts.get(output) ?? 0) + 1);
    }
    return counts;
  });
  let right = 0;
  const RUNS = 20;
  for (let key = 0; key < RUNS; key++) {
    for (const [world, lives] of worlds.entries()) {
      const output = told(lives, drawOf(`real ${key}`));
      const [with_, without] = seen.map((counts) => counts.get(output) ?? 0);
      if (with_ === without) right += 0.5;
      else if ((with_ ?? 0) > (without ?? 0) === (world === 0)) right += 1;
    }
  }
  return right / (2 * RUNS);
}

/** A life in secret: confidential or a pledge for some weeks, never public; it may withdraw and come back. */
const secretLife = life.map((any): Life => ({
  ...any,
  weeks: any.weeks.map((what) => (what === "public" ? "confidential" : what)),
}));

function average(drawOf: (key: string) => Draw): { mean: number; worst: number } {
  const histories = fc.sample(fc.tuple(fc.array(life, { minLength: 3, maxLength: 22 }), secretLife), {
    numRuns: 60,
    seed: 42,
  });
  const rates = histories.map(([others, secret]) => advantage(others, secret, drawOf));
  return { mean: rates.reduce((sum, rate) => sum + rate, 0) / rates.length, worst: Math.max(...rates) };
}

describe("an observer who knows all but one organisation's acts", () => {
  it("does little better than guessing what that one did, over weeks, classes, going public, withdrawing and coming back", () => {
    const { mean, worst } = average(keyed);
    expect(mean).toBeLessThan(0.58);
    expect(worst).toBeLessThan(0.85);
  });

  it("would find out for certain where numbers were not rounded by a key of ours", () => {
    const { worst } = average(() => plain);
    expect(worst).toBe(1);
  });
});
