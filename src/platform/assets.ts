import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";

/** A file the web door answers under a URL that changes whenever its bytes change. */
export interface Asset {
  readonly body: Buffer;
  /** The same bytes in Brotli, for files that shrink by it (text, not fonts). */
  readonly brotli?: Buffer;
  readonly type: string;
  readonly etag: string;
}

export interface Assets {
  /** The content-hashed address of a file by its plain name, e.g. `site.css`; throws on a name nobody knows. */
  url(name: string): string;
  /** The files by their address, to be served with `Cache-Control: public, max-age=31536000, immutable`. */
  readonly files: ReadonlyMap<string, Asset>;
}

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

const types: Record<string, string> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
};

/** The order of the sheet; each file below `static/css`. */
const sheets = [
  "tokens",
  "base",
  "frame",
  "letter",
  "forms",
  "tables",
  "console",
  "outreach",
  "media",
] as const;

export interface FontFile {
  /** Plain name for `asset`, e.g. `source-serif-4-latin.woff2`. */
  readonly name: string;
  readonly path: string;
  readonly family: string;
  readonly style: (typeof styles)[number];
  readonly weights: string;
  readonly unicodeRange: string;
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
      })),
    );
  });
}

function fontFace(font: FontFile, url: string): string {
  return (
    `@font-face{font-family:"${font.family}";font-style:${font.style};font-weight:${font.weights};` +
    `font-display:swap;src:url(${url}) format("woff2");unicode-range:${font.unicodeRange}}\n`
  );
}

function withoutComments(css: string): string {
  return css.replace(/\/\*[\s\S]*?\*\//g, "").replace(/\n\s*\n+/g, "\n");
}

/** Reads fonts, icons and the sheets of `static/` once and gives each a content-hashed address under `/static/`. */
export function loadAssets(templatesFolder: string): Assets {
  const folder = path.join(templatesFolder, "static");
  const files = new Map<string, Asset>();
  const urls = new Map<string, string>();

  function add(name: string, body: Buffer): string {
    const hash = createHash("sha256").update(body).digest("hex").slice(0, 12);
    const { name: base, ext } = path.parse(name);
    const url = `/static/${base}.${hash}${ext}`;
    const brotli = ext === ".css" || ext === ".svg" ? { brotli: brotliCompressSync(body) } : {};
    files.set(url, { body, ...brotli, type: types[ext] ?? "application/octet-stream", etag: `"${hash}"` });
    urls.set(name, url);
    return url;
  }

  const faces = fontFiles().map((font) => fontFace(font, add(font.name, readFileSync(font.path))));
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) add(entry.name, readFileSync(path.join(folder, entry.name)));
  }
  const css = sheets.map((name) => readFileSync(path.join(folder, "css", `${name}.css`), "utf8"));
  add("site.css", Buffer.from(faces.join("") + withoutComments(css.join("\n"))));

  return {
    files,
    url(name) {
      const url = urls.get(name);
      if (url === undefined) throw new Error(`There is no static file named ${name}.`);
      return url;
    },
  };
}
