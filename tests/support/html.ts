const NAMED: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The characters that HTML stands for, as far as our templates escape them. */
export function decodeEntities(html: string): string {
  return html.replaceAll(
    /&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi,
    (whole, hex?: string, dec?: string, name?: string) => {
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (dec !== undefined) return String.fromCodePoint(Number(dec));
      return NAMED[name ?? ""] ?? whole;
    },
  );
}

/** The addresses that a page's links, forms and parts name, decoded. */
export function addressesIn(html: string): string[] {
  return [...html.matchAll(/\s(?:href|src|action)="([^"]*)"/g)].map((match) =>
    decodeEntities(match[1] ?? ""),
  );
}

/** A page without what it says to search engines (JSON-LD), which is no markup and runs nowhere. */
export function withoutData(html: string): string {
  return html.replaceAll(/<script type="application\/ld\+json">[^<]*<\/script>/g, "");
}
