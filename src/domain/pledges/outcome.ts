/** What may become of a pledge of a cohort by the end of its window. */
export const OUTCOMES = ["activated", "set_back", "lapsed", "left"] as const;

/** Signed, stands again, lapsed, or left the window before its end. */
export type Outcome = (typeof OUTCOMES)[number];
