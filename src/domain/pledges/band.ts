/**
 * How support in confidence and pledges are told to the public: in bands, at fixed weekly times, and so that nobody who
 * watches the bands learns what one organisation did (ruling 21; docs/decisions/0020). Three things see to it:
 * what happens takes effect only together with at least four other changes; a class is told only where it and the rest
 * are both large enough; and each number is first rounded down by a little that only our secret key knows.
 */

/** Numbers of groups that a band may name. */
export const BANDS = [5, 10, 25, 50] as const;

/** The fewest groups that are told, and the fewest changes that take effect together. */
export const CROWD = 5;

/** What is told in bands: those who support in confidence, and those who are ready to sign if more join. */
export const BAND_KINDS = ["confidential", "pledge"] as const;

/** One of the two. */
export type BandKind = (typeof BAND_KINDS)[number];

/** What a band is about: everybody, a sector, a country, or a sector within a country. */
export const BAND_CLASSES = ["all", "sector", "country", "sector_country"] as const;

/** One of the four. */
export type BandClass = (typeof BAND_CLASSES)[number];

/** A group as bands count it. */
export interface Counted {
  root: string;
  sector: string;
  country: string;
}

/** A band of one class; `band` is 0 where too few are in it to be told. */
export interface Band {
  class: BandClass;
  /** Empty for all, else a sector, a country, or `sector country`. */
  key: string;
  band: number;
}

/**
 * Draws a number from 0 to 4, the same one for the same name, which nobody can foretell without the secret key.
 * 2 is likeliest (4 in 10), then 1 and 3 (2 in 10 each), then 0 and 4 (1 in 10 each).
 */
export type Draw = (name: string) => number;

const WEIGHTS = [1, 2, 4, 2, 1];

/** The number that evenly spread bits stand for, 0 to 4, by the weights above. `bits` is whole and not negative. */
export function drawnFrom(bits: number): number {
  let left = bits % WEIGHTS.reduce((sum, weight) => sum + weight, 0);
  for (const [number, weight] of WEIGHTS.entries()) {
    if (left < weight) return number;
    left -= weight;
  }
  return 0;
}

/** The greatest band that a count reaches; 0 below the first. */
export function bandOf(count: number): number {
  return BANDS.findLast((band) => band <= count) ?? 0;
}

function nameOf(groups: readonly Counted[]): string {
  return groups
    .map(({ root, sector, country }) => `${root} ${sector} ${country}`)
    .sort()
    .join("\n");
}

/** Groups whose state differs between two sets: joined, left, or moved to another sector or country. */
export function changesBetween(told: readonly Counted[], today: readonly Counted[]): number {
  const was = new Map(told.map((group) => [group.root, `${group.sector} ${group.country}`]));
  let changes = 0;
  for (const { root, sector, country } of today) {
    if (was.get(root) !== `${sector} ${country}`) changes += 1;
    was.delete(root);
  }
  return changes + was.size;
}

/**
 * The groups that the bands tell of from now on: today's, or still the ones told so far while fewer than five groups
 * have changed since. How many more than five are waited for, 0 to 4, is drawn, so that the one that would make up the
 * number is not given away by its taking effect.
 */
export function groupsToTell(
  told: readonly Counted[],
  today: readonly Counted[],
  draw: Draw,
): readonly Counted[] {
  const needed = CROWD + draw(`changes\n${nameOf(told)}`);
  return changesBetween(told, today) >= needed ? today : told;
}

/**
 * The bands of a set of groups. All is always there; a class only where it and what is not in it hold at least five,
 * also by what is told: a class whose band would be 0 is left out.
 */
export function bandsOf(groups: readonly Counted[], draw: Draw): Band[] {
  const classes = new Map<string, { class: BandClass; key: string; groups: Counted[] }>();
  const put = (name: BandClass, key: string, group: Counted): void => {
    const known = classes.get(`${name} ${key}`);
    if (known) known.groups.push(group);
    else classes.set(`${name} ${key}`, { class: name, key, groups: [group] });
  };
  for (const group of groups) {
    put("sector", group.sector, group);
    put("country", group.country, group);
    put("sector_country", `${group.sector} ${group.country}`, group);
  }
  const told = (some: readonly Counted[], name: string): number =>
    bandOf(some.length - draw(`${name}\n${nameOf(some)}`));
  const bands: Band[] = [{ class: "all", key: "", band: told(groups, "all") }];
  for (const each of classes.values()) {
    const rest = groups.length - each.groups.length;
    if (each.groups.length < CROWD || rest < CROWD) continue;
    const name = `${each.class} ${each.key}`;
    const enoughRest = rest - draw(`rest of ${name}\n${nameOf(each.groups)}`) >= CROWD;
    const band = told(each.groups, name);
    if (band > 0 && enoughRest) bands.push({ class: each.class, key: each.key, band });
  }
  return bands;
}
