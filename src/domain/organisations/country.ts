import table from "../../../data/countries/countries.json" with { type: "json" };
import { foldWords } from "./name-folding.js";

/** A country of ISO 3166-1 with its region in the sense of the UN statistics division (M49). */
export interface Country {
  iso2: string;
  iso3: string;
  region: string;
  subRegion: string;
}

/** What people write besides the names that ISO, the UN and Unicode know. */
const ALIASES: Record<string, string> = {
  uk: "GB",
  "u k": "GB",
  "great britain": "GB",
  britain: "GB",
  england: "GB",
  scotland: "GB",
  wales: "GB",
  "northern ireland": "GB",
  "united kingdom": "GB",
  usa: "US",
  "u s a": "US",
  "u s": "US",
  america: "US",
  "united states": "US",
  "etats unis": "US",
  "south korea": "KR",
  korea: "KR",
  rok: "KR",
  "korea republic of": "KR",
  "north korea": "KP",
  dprk: "KP",
  uae: "AE",
  emirates: "AE",
  "czech republic": "CZ",
  czechia: "CZ",
  holland: "NL",
  turkey: "TR",
  turkiye: "TR",
  russia: "RU",
  vietnam: "VN",
  "viet nam": "VN",
  "ivory coast": "CI",
  laos: "LA",
  syria: "SY",
  iran: "IR",
  bolivia: "BO",
  venezuela: "VE",
  tanzania: "TZ",
  moldova: "MD",
  macedonia: "MK",
  "cape verde": "CV",
  swaziland: "SZ",
  burma: "MM",
  "east timor": "TL",
  palestine: "PS",
  vatican: "VA",
  kosovo: "XK",
  xk: "XK",
  "hong kong": "HK",
  "hong kong sar": "HK",
  macau: "MO",
  macao: "MO",
  taiwan: "TW",
  "taiwan province of china": "TW",
  "peoples republic of china": "CN",
  prc: "CN",
  "mainland china": "CN",
  brasil: "BR",
  deutschland: "DE",
  espana: "ES",
  italia: "IT",
  nippon: "JP",
  suisse: "CH",
  schweiz: "CH",
  osterreich: "AT",
  el: "GR",
  ksa: "SA",
  rsa: "ZA",
  drc: "CD",
  "congo kinshasa": "CD",
  "congo brazzaville": "CG",
  "isle of man": "IM",
  bahamas: "BS",
  gambia: "GM",
  "the gambia": "GM",
  brunei: "BN",
  micronesia: "FM",
};

/** Languages in which country names are understood besides those of the table. */
const LANGUAGES = [
  "en",
  "fr",
  "es",
  "ru",
  "ar",
  "zh",
  "pt",
  "de",
  "it",
  "nl",
  "ja",
  "ko",
  "pl",
  "tr",
  "sv",
  "uk",
];

const byCode = new Map<string, Country>(
  table.map((row) => [
    row.iso2,
    { iso2: row.iso2, iso3: row.iso3, region: row.region, subRegion: row.sub_region },
  ]),
);

let names: Map<string, string> | undefined;

function foldCountry(text: string): string {
  return foldWords(text)
    .filter((word) => word !== "the")
    .join(" ");
}

function knownNames(): Map<string, string> {
  const found = new Map<string, string>();
  const add = (name: string, iso2: string) => {
    const folded = foldCountry(name);
    if (folded !== "" && !found.has(folded)) found.set(folded, iso2);
  };
  for (const [alias, iso2] of Object.entries(ALIASES)) add(alias, iso2);
  for (const row of table) for (const code of [row.iso2, row.iso3, row.m49]) add(code, row.iso2);
  for (const row of table) {
    for (const name of [row.name, row.en, row.fr, row.es, row.ru, row.ar, row.zh]) {
      add(name, row.iso2);
      add(name.replace(/\(.*\)/u, ""), row.iso2);
    }
  }
  for (const language of LANGUAGES) {
    const display = new Intl.DisplayNames(language, { type: "region", fallback: "none" });
    for (const { iso2 } of table) add(display.of(iso2) ?? "", iso2);
  }
  return found;
}

/**
 * The ISO 3166-1 alpha-2 code of a country given by code (alpha-2, alpha-3, M49) or by name in the six languages of
 * the UN and ten others, or undefined when nobody knows it.
 */
export function resolveCountry(text: string): string | undefined {
  if (byCode.has(text)) return text;
  names ??= knownNames();
  const folded = foldCountry(text);
  return names.get(folded) ?? names.get(folded.replaceAll(" ", ""));
}

/** The country of an alpha-2 code with its regions, or undefined. */
export function countryOf(iso2: string): Country | undefined {
  return byCode.get(iso2);
}

/** The alpha-2 codes of the countries of a region or sub-region; none for a name that is neither. */
export function countriesOf(region: string): string[] {
  const all = [...byCode.values()];
  return all.filter((each) => each.region === region || each.subRegion === region).map((each) => each.iso2);
}
