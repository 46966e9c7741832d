import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

interface Family {
  readonly family: string;
  readonly packageName: string;
  readonly file: (subset: string, style: string) => string;
  readonly weights: string;
}

const families: readonly Family[] = [
  {
    family: "Source Serif 4 Variable",
    packageName: "@fontsource-variable/source-serif-4",
    file: (subset, style) => `source-serif-4-${subset}-opsz-${style}.woff2`,
    weights: "200 900",
  },
  {
    family: "IBM Plex Sans Variable",
    packageName: "@fontsource-variable/ibm-plex-sans",
    file: (subset, style) => `ibm-plex-sans-${subset}-wght-${style}.woff2`,
    weights: "100 700",
  },
];
const subsets = ["latin", "latin-ext", "cyrillic"] as const;
const styles = ["normal", "italic"] as const;

export interface FontFile {
  /** Plain name for `asset`, e.g. `source-serif-4-latin.woff2`. */
  readonly name: string;
  readonly path: string;
  readonly family: string;
  readonly style: (typeof styles)[number];
  readonly weights: string;
  readonly unicodeRange: string;
  /** `optional`: one that comes late waits for the next page, so that no line moves. `swap`: it is shown whenever it comes. */
  readonly display: "optional" | "swap";
}

/** The woff2 files we serve, straight from the packages that hold them: both families, three subsets, two styles. */
export function fontFiles(): FontFile[] {
  const require = createRequire(import.meta.url);
  return families.flatMap(({ family, packageName, file, weights }) => {
    const folder = path.dirname(require.resolve(`${packageName}/package.json`));
    const ranges = JSON.parse(readFileSync(path.join(folder, "unicode.json"), "utf8")) as Record<
      string,
      string
    >;
    return subsets.flatMap((subset) =>
      styles.map((style) => ({
        name: `${path.basename(packageName)}-${subset}${style === "italic" ? "-italic" : ""}.woff2`,
        path: path.join(folder, "files", file(subset, style)),
        family,
        style,
        weights,
        unicodeRange: ranges[subset] ?? "",
        // Single letters within a word of ours would look foreign for the whole page; they move nothing.
        display: subset === "latin-ext" ? ("swap" as const) : ("optional" as const),
      })),
    );
  });
}

/** The rule that tells a browser of a font file at an address. */
export function fontFace(font: FontFile, url: string): string {
  return (
    `@font-face{font-family:"${font.family}";font-style:${font.style};font-weight:${font.weights};` +
    `font-display:${font.display};src:url(${url}) format("woff2");unicode-range:${font.unicodeRange}}\n`
  );
}

/** Fonts of one package for one script: files named by `file`, for the ranges whose name `take` takes. */
interface ScriptFamily {
  readonly family: string;
  readonly packageName: string;
  readonly weights: readonly string[];
  readonly file: (subset: string, weight: string) => string;
  readonly take: (subset: string) => boolean;
}

const numbered = /^\[\d+\]$/;

/** By script: what only pages in it load (look.md §3). The letter's Arabic and Han, and Arabic of the interface's hand. */
const SCRIPTS: Record<string, readonly ScriptFamily[]> = {
  arab: [
    {
      family: "Noto Naskh Arabic",
      packageName: "@fontsource-variable/noto-naskh-arabic",
      weights: ["400 700"],
      file: (subset) => `noto-naskh-arabic-${subset}-wght-normal.woff2`,
      take: (subset) => subset === "arabic",
    },
    {
      family: "IBM Plex Sans Arabic",
      packageName: "@fontsource/ibm-plex-sans-arabic",
      weights: ["400", "500", "600"],
      file: (subset, weight) => `ibm-plex-sans-arabic-${subset}-${weight}-normal.woff2`,
      take: (subset) => subset === "arabic",
    },
  ],
  hans: [
    {
      family: "Noto Serif SC",
      packageName: "@fontsource-variable/noto-serif-sc",
      weights: ["200 900"],
      file: (subset) => `noto-serif-sc-${subset.replaceAll(/[[\]]/g, "")}-wght-normal.woff2`,
      take: (subset) => numbered.test(subset),
    },
  ],
};

/** The font files of each script beyond Latin and Cyrillic; browsers fetch only the ranges that a page uses. */
export function scriptFonts(): Record<string, FontFile[]> {
  return Object.fromEntries(
    Object.entries(SCRIPTS).map(([script, known]) => [script, known.flatMap(filesOf)]),
  );
}

function filesOf({ family, packageName, weights, file, take }: ScriptFamily): FontFile[] {
  const folder = path.dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`));
  const ranges = JSON.parse(readFileSync(path.join(folder, "unicode.json"), "utf8")) as Record<
    string,
    string
  >;
  return Object.entries(ranges)
    .filter(([subset]) => take(subset))
    .flatMap(([subset, unicodeRange]) =>
      weights.map((weight) => ({
        name: file(subset, weight),
        path: path.join(folder, "files", file(subset, weight)),
        family,
        style: "normal" as const,
        weights: weight,
        unicodeRange,
        display: "swap" as const,
      })),
    );
}

/** Names of the font files that pages in these languages begin to load at once: upright Latin, and Cyrillic where it is written. */
export function firstFonts(languages: readonly string[]): string[] {
  const cyrillic = languages.some((language) => new Intl.Locale(language).maximize().script === "Cyrl");
  return families.flatMap(({ packageName }) =>
    ["latin", ...(cyrillic ? ["cyrillic"] : [])].map(
      (subset) => `${path.basename(packageName)}-${subset}.woff2`,
    ),
  );
}

/** The scripts beyond Latin and Cyrillic that languages are written in. */
export function scriptsOf(languages: readonly string[]): string[] {
  const found = languages.map((language) => new Intl.Locale(language).maximize().script?.toLowerCase() ?? "");
  return [...new Set(found)].filter((script) => script in SCRIPTS);
}
