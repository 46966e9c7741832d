/** How much of something the signatories of a letter stand for. */
export interface Coverage {
  /** What they operate, by the newest figure of each. */
  value: number;
  /** How many organisations have a figure. */
  organisations: number;
  /** The days of the newest figures: the earliest and the latest; null without a figure. */
  from: string | null;
  until: string | null;
  /** All there is, as staff entered it; null where they did not. */
  total: { value: number; as_of: string; source: string; source_url: string | null } | null;
  /** From 0 to 1, rounded down; null without a total, or where the total is less than the value. */
  share: number | null;
}

/** What part of a total a value is: rounded down to a whole percent, below ten to a tenth, so that nothing is overstated. */
export function shareOf(value: number, total: number | undefined): number | null {
  if (total === undefined || total <= 0 || value > total) return null;
  const share = value / total;
  const steps = share >= 0.1 ? 100 : 1000;
  return Math.floor((value * steps) / total) / steps;
}
