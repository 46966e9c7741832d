import { foldWords } from "./name-folding.js";

/** The sectors an organisation may belong to. */
export const SECTORS = [
  "satellite_operator",
  "ground_segment",
  "ssa_data",
  "launch_provider",
  "manufacturer",
  "in_orbit_services",
  "insurer",
  "broker",
  "investor",
  "trade_association",
  "telecom_user",
  "academia",
  "ngo",
  "other",
] as const;

/** One of the sectors. */
export type Sector = (typeof SECTORS)[number];

/** What people write for a sector, folded. */
const WORDS: Record<Exclude<Sector, "other">, string[]> = {
  satellite_operator: [
    "operator",
    "satellite operators",
    "satellites",
    "satcom",
    "earth observation",
    "operateur",
    "operateur de satellites",
    "constellation",
  ],
  ground_segment: ["ground", "ground station", "ground stations", "ground systems", "segment sol"],
  ssa_data: ["ssa", "space situational awareness", "space data", "data", "analytics", "sda", "tracking"],
  launch_provider: [
    "launch",
    "launcher",
    "launch services",
    "launch service",
    "launch providers",
    "rocket",
    "lanceur",
    "lanceurs",
  ],
  manufacturer: [
    "manufacturers",
    "manufacturing",
    "satellite manufacturer",
    "prime contractor",
    "aerospace",
    "industrie",
    "constructeur",
    "fabricant",
  ],
  in_orbit_services: [
    "in orbit servicing",
    "on orbit services",
    "on orbit servicing",
    "debris removal",
    "servicing",
    "services en orbite",
  ],
  insurer: ["insurance", "insurers", "reinsurer", "reinsurance", "underwriter", "assurance", "assureur"],
  broker: ["brokers", "insurance broker", "insurance brokers", "courtier"],
  investor: [
    "investors",
    "investment",
    "venture capital",
    "vc",
    "fund",
    "bank",
    "finance",
    "financial services",
    "investisseur",
  ],
  trade_association: [
    "association",
    "trade associations",
    "industry association",
    "trade body",
    "federation",
    "association professionnelle",
  ],
  telecom_user: [
    "telecom",
    "telecoms",
    "telecommunications",
    "telecommunication",
    "broadcaster",
    "broadcasting",
    "telecommunications user",
  ],
  academia: [
    "university",
    "academic",
    "research",
    "research institute",
    "higher education",
    "universite",
    "recherche",
  ],
  ngo: ["non profit", "nonprofit", "not for profit", "civil society", "foundation", "think tank", "ong"],
};

const byWords = new Map<string, Sector>([
  ...SECTORS.map((sector): [string, Sector] => [sector.replaceAll("_", " "), sector]),
  ...Object.entries(WORDS).flatMap(([sector, words]) =>
    words.map((each): [string, Sector] => [each, sector as Sector]),
  ),
]);

/** The sector a text names, by code or by what people write; undefined when it says nothing to us. */
export function resolveSector(text: string): Sector | undefined {
  if ((SECTORS as readonly string[]).includes(text)) return text as Sector;
  return byWords.get(foldWords(text.replaceAll("_", " ")).join(" "));
}
