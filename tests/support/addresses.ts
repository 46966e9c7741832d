import type { TestApp } from "./app.js";
import type { Scene } from "./scene.js";

const UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057";
const UNKNOWN_TOKEN = "A".repeat(43);

/** What a page has to be asked with before it shows anything. */
const QUERIES: Record<string, string> = {
  "/api/v1/pledges": "?letter=keep-orbit-usable",
  "/letters/:slug/log/proof": "?leaf=0&size=1",
  "/letters/:slug/log/consistency": "?from=1&to=1",
  "/api/v1/reports/funnel": "?letter=keep-orbit-usable",
  "/api/v1/reports/declines": "?letter=keep-orbit-usable",
  "/api/v1/reports/coverage": "?letter=keep-orbit-usable",
  "/console/reports/coverage": "?letter=keep-orbit-usable",
  "/console/reports/coverage.json": "?letter=keep-orbit-usable",
  "/console/reports/coverage.csv": "?letter=keep-orbit-usable",
  "/console/reports/funnel.json": "?letter=keep-orbit-usable",
  "/console/reports/funnel.csv": "?letter=keep-orbit-usable",
  "/console/reports/declines.json": "?letter=keep-orbit-usable",
  "/console/reports/declines.csv": "?letter=keep-orbit-usable",
};

/** The addresses of one route. */
export interface Addresses {
  /** Lead to something. */
  real: string[];
  /** Lead to nothing, or ask for nonsense. */
  unknown: string[];
}

/** Says how a route's pattern is asked for, with what the scene has; throws for a route it does not know how to ask. */
export function addressesOf(app: TestApp, place: Scene): (pattern: string) => Addresses {
  return (pattern) => addresses(app, place, pattern);
}

function addresses(app: TestApp, place: Scene, pattern: string): Addresses {
  const query = queryOf(app, place, pattern);
  const path = pattern
    .replace(":language", "en")
    .replace("*path", "0/000.p/1")
    .replace("/pledge/:act", "/pledge/retract")
    .replace("/delivery/:name", `/delivery/${place.letter}.pdf`);
  const parameters = path.match(/:\w+/g) ?? [];
  if (parameters.length === 0) return { real: [path + query], unknown: [`${path}?q=%00&page=-1&cursor=x`] };
  const [parameter = ""] = parameters;
  const before = path.slice(0, path.indexOf(`/${parameter}`));
  const section = before.split("/").at(-1) ?? "";
  const known = realValues(app, place, { parameter, before, section });
  if (parameters.length > 1 || known === undefined || known.length === 0) {
    throw new Error(`No test knows how to ask for ${path}: add it to tests/support/scene.ts.`);
  }
  const fill = (value: string): string => path.replace(parameter, value) + query;
  return {
    real: known.map(fill),
    unknown: [UNKNOWN_ID, UNKNOWN_TOKEN, "%27%00"].map(fill),
  };
}

function queryOf(app: TestApp, place: Scene, pattern: string): string {
  const isApiPreview = pattern.startsWith("/api/") && pattern.endsWith("/preview");
  if (isApiPreview) {
    const letter = pattern.includes("/templates/") ? `&letter=${place.letter}` : "";
    return `?contact_id=${place.ids["contacts"]}${letter}`;
  }
  if (pattern.endsWith("/preview")) return `?contact=${place.ids["contacts"]}`;
  if (pattern === "/console/holds/new") return `?scope=contact&subject=${place.ids["contacts"]}`;
  if (pattern === "/api/v1/organisations/:id/merge") return `?organisation_id=${place.ids["merging"]}`;
  if (pattern === "/oembed")
    return `?url=${encodeURIComponent(`${app.config.publicUrl}/letters/${place.letter}`)}`;
  if (pattern === "/manage/:token/logo") return `?of=${place.ids["statements"]}`;
  return QUERIES[pattern] ?? "";
}

function realValues(
  app: TestApp,
  place: Scene,
  { parameter, before, section }: Record<"parameter" | "before" | "section", string>,
): string[] | undefined {
  if (parameter === ":slug") return [place.letter];
  if (parameter === ":token") return place.tokens[before];
  if (parameter === ":file") {
    const [file] = app.assets.files.keys();
    return file === undefined ? undefined : [file.replace("/static/", "")];
  }
  const id = place.ids[section];
  return id === undefined ? undefined : [id];
}
