import type { App } from "../../app.js";
import { BAND_KINDS } from "../../domain/pledges/band.js";
import type { publishedBands, PublishedBands } from "../../domain/pledges/views.js";

/** Both kinds of support that is told in bands, as they were last published. */
export type Bands = Awaited<ReturnType<typeof publishedBands>>;

/** The bands of a letter in sentences, and of which day they are; nothing where nothing is told. */
export function bandLines(app: App, lang: string, bands: Bands): { lines: string[]; note: string } {
  const lines: string[] = [];
  let newest: Date | undefined;
  for (const kind of BAND_KINDS) {
    const told = bands[kind];
    if (!told) continue;
    lines.push(app.messages.t(lang, `pledges.public.${kind}`, { band: told.all }));
    if (!newest || told.publishedAt > newest) newest = told.publishedAt;
  }
  const note = newest ? app.messages.t(lang, "pledges.public.note", { date: newest }) : "";
  return { lines, note };
}

/** The bands of one kind for the JSON twin. */
export function bandDocument(told: PublishedBands | null) {
  if (!told) return null;
  return {
    at_least: told.all,
    published_at: told.publishedAt.toISOString(),
    classes: told.classes.map(({ class: name, key, band }) => {
      const [one = "", two = ""] = key.split(" ");
      return {
        sector: name === "country" ? null : one,
        country: name === "country" ? one : name === "sector_country" ? two : null,
        at_least: band,
      };
    }),
  };
}
