import { inflateSync } from "node:zlib";

/**
 * The words of a PDF of ours in the order in which they are drawn, spaces made one: what somebody gets who copies them
 * out. Words of one line that are read from the right come word by word in the order of the page.
 */
export function pdfText(file: Buffer): string {
  const objects = new Map<string, { head: string; body: string }>();
  for (const [, id = "", head = "", , stream] of file
    .toString("latin1")
    .matchAll(/(\d+) 0 obj\n([\s\S]*?)(\nstream\r?\n([\s\S]*?)\r?\nendstream)?\nendobj/g)) {
    objects.set(id, { head, body: head.includes("FlateDecode") ? unpacked(stream ?? "") : "" });
  }
  const fonts = new Map<string, string[]>();
  for (const { head } of objects.values()) {
    for (const [, name = "", id = ""] of head.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      const map = /\/ToUnicode (\d+) 0 R/.exec(objects.get(id)?.head ?? "")?.[1];
      if (map !== undefined) fonts.set(name, glyphs(objects.get(map)?.body ?? ""));
    }
  }
  return [...objects.values()]
    .map(({ body }) => drawn(body, fonts))
    .join(" ")
    .replaceAll(/\s+/g, " ");
}

function unpacked(stream: string): string {
  try {
    return inflateSync(Buffer.from(stream, "latin1")).toString("latin1");
  } catch {
    return "";
  }
}

/** Which text each glyph of a font stands for. */
function glyphs(map: string): string[] {
  const texts: string[] = [];
  for (const [, first = "0", list = ""] of map.matchAll(/<([\da-f]+)> <[\da-f]+> \[([^\]]*)\]/gi)) {
    [...list.matchAll(/<([\da-f ]*)>/gi)].forEach(([, hex = ""], index) => {
      const bytes = Buffer.from(hex.replaceAll(" ", ""), "hex");
      texts[parseInt(first, 16) + index] = bytes.swap16().toString("utf16le");
    });
  }
  return texts;
}

function drawn(content: string, fonts: Map<string, string[]>): string {
  let texts: string[] = [];
  let words = "";
  for (const [, font, shown] of content.matchAll(/\/(F\d+) [\d.]+ Tf|\[([^\]]*)\] TJ/g)) {
    if (font !== undefined) texts = fonts.get(font) ?? [];
    for (const [, hex = ""] of (shown ?? "").matchAll(/<([\da-f]+)>/gi)) {
      for (const [glyph] of hex.matchAll(/.{4}/g)) words += texts[parseInt(glyph, 16)] ?? "";
    }
    if (shown !== undefined) words += " ";
  }
  return words;
}
