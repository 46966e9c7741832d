/** One speed beside the limit that it is held against, both measured in the same run. */
export interface Figure {
  /** What is measured, in a few words. */
  what: string;
  unit: string;
  /** What we do, in units a second. */
  ours: number;
  /** What the bare thing does with the same work, in units a second. */
  bare: number;
  /** What bare is. */
  against: string;
}

/** Runs `work` over and over for about `seconds`, after a warm-up, and answers how many units a second it did. */
export async function perSecond(seconds: number, work: () => Promise<number>): Promise<number> {
  await work();
  const start = performance.now();
  let units = 0;
  while (performance.now() - start < seconds * 1000) units += await work();
  return units / ((performance.now() - start) / 1000);
}

/** How many units a second a piece of work did that is done once. */
export async function once(units: number, work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return units / ((performance.now() - start) / 1000);
}

/** The middle one of several values. */
export function median(values: readonly number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? 0;
}
