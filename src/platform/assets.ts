import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { brotliCompressSync } from "node:zlib";
import { fontFace, fontFiles, scriptFonts, type FontFile } from "./fonts.js";

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
  "embed",
] as const;

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
    const brotli =
      ext === ".css" || ext === ".svg" || ext === ".js" ? { brotli: brotliCompressSync(body) } : {};
    files.set(url, { body, ...brotli, type: types[ext] ?? "application/octet-stream", etag: `"${hash}"` });
    urls.set(name, url);
    return url;
  }

  const faceOf = (font: FontFile) => fontFace(font, add(font.name, readFileSync(font.path)));
  const faces = fontFiles().map(faceOf);
  for (const [script, fonts] of Object.entries(scriptFonts())) {
    add(`script-${script}.css`, Buffer.from(fonts.map(faceOf).join("")));
  }
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
