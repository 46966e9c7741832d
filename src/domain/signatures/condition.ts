/** Among whom a pledge counts. */
export const CONDITION_CLASSES = ["any", "sector", "country", "ten_largest"] as const;

/** Among whom a pledge counts: everybody, its own sector, its own country, or the ten largest operators pinned with it. */
export type ConditionClass = (typeof CONDITION_CLASSES)[number];

/** How many of the largest operators a pledge may pin, and how many of them it then waits for. */
export const TEN_LARGEST = { pinned: 10, half: 5 } as const;

const PRESETS: readonly number[] = [5, 10, 25];
const OFFERED = 3;

/** A number that people would name: 5, 10, 25, 50, 75, 100, then every fifty. */
function roundNumbers(): number[] {
  const numbers = [...PRESETS, 50, 75, 100];
  for (let next = 150; next <= 5000; next += 50) numbers.push(next);
  return numbers;
}

/**
 * The numbers a pledge form offers: 5, 10 and 25, or the next three round numbers above today's count where the
 * presets are already met (ruling 20).
 */
export function offeredCounts(today: number): number[] {
  if (PRESETS.some((preset) => preset > today))
    return [...PRESETS, 50].filter((count) => count > today).slice(0, OFFERED);
  return roundNumbers()
    .filter((count) => count > today)
    .slice(0, OFFERED);
}
