/** Coverage by sector, country and region: of what we know of each, how much stands behind a letter. */
import { countryOf } from "../organisations/country.js";
import type { ReportTable } from "./report.js";

/** What a letter covers in one sector and country. */
export interface CoveragePart {
  sector: string;
  country: string | null;
  /** Organisations that signed in public or are covered by one that did, and what they operate. */
  organisations: number;
  satellites: number;
  /** All on our list, and what they operate. */
  known_organisations: number;
  known_satellites: number;
}

/** How the coverage is cut. */
export const COVERAGE_CUTS = ["sector", "country", "region"] as const;

/** One of those ways. */
export type CoverageCut = (typeof COVERAGE_CUTS)[number];

/** One line of the coverage; the share is that of the satellites we know of, from 0 to 1, null where we know of none. */
export interface CoverageLine {
  by: CoverageCut;
  /** The sector's code, the country's, or the name of the region; empty: not known. */
  code: string;
  organisations: number;
  satellites: number;
  known_organisations: number;
  known_satellites: number;
  share: number | null;
}

/** The lines of a report, by sector, country and region; in each the most satellites first. */
export function coverageLines(parts: readonly CoveragePart[]): CoverageLine[] {
  return COVERAGE_CUTS.flatMap((by) => {
    const lines = new Map<string, CoverageLine>();
    for (const part of parts) {
      const code = codeOf(by, part);
      const line = lines.get(code) ?? { by, code, ...NONE };
      lines.set(code, {
        ...line,
        organisations: line.organisations + part.organisations,
        satellites: line.satellites + part.satellites,
        known_organisations: line.known_organisations + part.known_organisations,
        known_satellites: line.known_satellites + part.known_satellites,
      });
    }
    return [...lines.values()]
      .map((line) => ({
        ...line,
        share: line.known_satellites > 0 ? line.satellites / line.known_satellites : null,
      }))
      .sort(
        (a, b) =>
          b.satellites - a.satellites ||
          b.known_satellites - a.known_satellites ||
          b.organisations - a.organisations ||
          a.code.localeCompare(b.code, "en"),
      );
  });
}

const NONE = {
  organisations: 0,
  satellites: 0,
  known_organisations: 0,
  known_satellites: 0,
  share: null,
};

function codeOf(by: CoverageCut, { sector, country }: CoveragePart): string {
  if (by === "sector") return sector;
  if (by === "country") return country ?? "";
  return country === null ? "" : (countryOf(country)?.subRegion ?? "");
}

/** The coverage as a table. */
export function coverageTable(lines: readonly CoverageLine[]): ReportTable {
  return {
    columns: [
      "by",
      "code",
      "organisations",
      "satellites",
      "known_organisations",
      "known_satellites",
      "share",
    ],
    rows: lines.map((line) => [
      line.by,
      line.code,
      line.organisations,
      line.satellites,
      line.known_organisations,
      line.known_satellites,
      line.share,
    ]),
  };
}
