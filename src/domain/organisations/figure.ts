/** What can be counted of an organisation. The coverage of a letter and the ten largest operators rest on the first. */
export const METRICS = ["active_satellites", "employees", "premium_volume", "launches"] as const;

/** Something that is counted. */
export type Metric = (typeof METRICS)[number];
