import { withServed } from "./public-list.js";
import { median, type Figure } from "./figure.js";

const ROUNDS = 9;
const SEARCHES = 12;

/** Looking for one of 50,000 names, each search another one, beside the same among 100. */
export async function publicSearch(): Promise<Figure> {
  return withServed(50_000, async (large) =>
    withServed(100, async (small) => {
      const [ones, others]: [number[], number[]] = [[], []];
      for (let round = 0; round < ROUNDS; round++) {
        ones.push(await searches(large, round));
        others.push(await searches(small, round));
      }
      return {
        what: "search among 50,000 signatures, nothing kept",
        unit: "searches",
        ours: median(ones),
        bare: median(others),
        against: "the same among 100 (at least 0.1: 500 times the names)",
      };
    }),
  );
}

/** Searches a second, one after the other; no two ask for the same. */
async function searches(port: number, round: number): Promise<number> {
  const start = performance.now();
  for (let n = 0; n < SEARCHES; n++) {
    const q = `orgánisation ${round * SEARCHES + n} limited`;
    const answer = await fetch(
      `http://127.0.0.1:${port}/letters/bench/signatories?q=${encodeURIComponent(q)}`,
    );
    if (answer.status !== 200) throw new Error(`a search was answered ${answer.status}`);
    await answer.text();
  }
  return (SEARCHES * 1000) / (performance.now() - start);
}
