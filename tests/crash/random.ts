/** Random numbers that a printed seed brings back (mulberry32). */
export interface Random {
  /** At least `from`, less than `to`, whole. */
  between(from: number, to: number): number;
  /** True in this share of cases. */
  chance(share: number): boolean;
}

/** A sequence of random numbers by its seed. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    between: (from, to) => from + Math.floor(next() * (to - from)),
    chance: (share) => next() < share,
  };
}
