import {
  greatestFixedPoint,
  type Condition,
  type Member,
  type Pledge,
} from "../src/domain/pledges/fixed-point.js";
import { median, type Figure } from "./figure.js";

const PLEDGES = 10_000;
/** Milliseconds that one evaluation of 10,000 pledges may take. */
const LIMIT = 50;
const ROUNDS = 9;

function pledge(place: number, condition: Condition): Pledge {
  return {
    id: `p${place}`,
    root: `g${place}`,
    sector: `s${place % 12}`,
    country: `c${place % 60}`,
    condition,
  };
}

/** Kinds of campaigns; in the chains each pledge falls only once the one before has. */
const CAMPAIGNS: Record<string, () => { firm: Member[]; pledges: Pledge[] }> = {
  mixed: () => ({
    firm: Array.from({ length: 500 }, (_, place) => pledge(PLEDGES + place, { class: "any", count: 1 })),
    pledges: Array.from({ length: PLEDGES }, (_, place) =>
      pledge(place, {
        class: (["any", "sector", "country"] as const)[place % 3] ?? "any",
        count: place % 700,
      }),
    ),
  }),
  "chain through all": () => ({
    firm: [],
    pledges: Array.from({ length: PLEDGES }, (_, place) => pledge(place, { class: "any", count: place + 1 })),
  }),
  "chain from class to class": () => ({
    firm: [],
    pledges: Array.from({ length: PLEDGES }, (_, place) => ({
      ...pledge(place, { class: place % 2 ? "sector" : "country", count: 1 }),
      sector: `s${Math.floor(place / 2)}`,
      country: `c${Math.floor((place + 1) / 2)}`,
    })),
  }),
  "chain of pinned lists": () => ({
    firm: [],
    pledges: Array.from({ length: PLEDGES }, (_, place) =>
      pledge(place, {
        class: "ten_largest",
        count: 5,
        peers: Array.from({ length: 10 }, (_each, next) => `g${place + next + 1}`),
      }),
    ),
  }),
};

/** The slowest kind of campaign: the middle time of one evaluation of 10,000 pledges beside its limit. */
export async function pledgeEvaluation(): Promise<Figure> {
  const times = Object.entries(CAMPAIGNS).map(([name, make]) => {
    const { firm, pledges } = make();
    const rounds = Array.from({ length: ROUNDS }, () => {
      const start = performance.now();
      greatestFixedPoint(firm, pledges);
      return performance.now() - start;
    });
    return { name, time: median(rounds) };
  });
  const slowest = times.sort((one, other) => other.time - one.time)[0] ?? { name: "none", time: 0 };
  return {
    what: `10,000 pledges evaluated, slowest (${slowest.name}) ${slowest.time.toFixed(1)} ms`,
    unit: "evaluations",
    ours: 1000 / slowest.time,
    bare: 1000 / LIMIT,
    against: `the limit of ${LIMIT} ms`,
  };
}
