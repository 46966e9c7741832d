import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from "node:zlib";
import { wishedEncoding, type Encoding } from "./public-address.js";

/** One way in which a page is written: its bytes and all headers that go with them. */
interface Written {
  body: Buffer;
  headers: Record<string, string>;
  headersWithoutBody: Record<string, string>;
}

/** A public answer as it is kept: once as it is, and compressed for those who take that. */
export interface KeptPage {
  identity: Written;
  br?: Written;
  gzip?: Written;
  /** What it takes in memory, with everything made of it. */
  bytes: number;
}

const COMPRESSIBLE = /^(text\/|application\/(json|ld\+json|atom\+xml|xml|feed\+json)|image\/svg)/;
/** Below this, in bytes, compressing saves nothing. */
const SMALLEST = 860;
/** Up to this, in bytes, compressing takes a few milliseconds and is done on the spot. */
const AT_ONCE = 512 * 1024;

/** Quality 5 of brotli: nearly as small as the best, at a tenth of the time. */
function brotliOptions(size: number) {
  return {
    params: { [constants.BROTLI_PARAM_QUALITY]: 5, [constants.BROTLI_PARAM_SIZE_HINT]: size },
  };
}

/** The strong ETag of a body (RFC 9110 §8.8.3): other bytes, another tag. */
export function etagOf(body: Buffer): string {
  return `"${createHash("sha256").update(body).digest("base64url").slice(0, 22)}"`;
}

/** A page as it was rendered, with the headers it was answered with. */
export function keptPage(body: Buffer, headers: Record<string, string>): KeptPage {
  return { identity: written(body, headers), bytes: weightOf(body, headers) };
}

/** About what an entry takes besides its bytes and headers: its place in the maps, its key, its objects. */
const OBJECTS = 2048;

/** What one way of writing takes in memory: a small page with many headers weighs more than its bytes. */
function weightOf(body: Buffer, headers: Record<string, string>): number {
  const texts = Object.entries(headers).reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  return body.length + 2 * texts + OBJECTS;
}

function written(body: Buffer, headers: Record<string, string>): Written {
  const { "content-type": _type, "content-encoding": _encoding, ...headersWithoutBody } = headers;
  return { body, headers: { ...headers, "content-length": String(body.length) }, headersWithoutBody };
}

function mayCompress({ identity }: KeptPage): boolean {
  return identity.body.length >= SMALLEST && COMPRESSIBLE.test(identity.headers["content-type"] ?? "");
}

function compressed(page: KeptPage, encoding: "br" | "gzip", body: Buffer): Written {
  const tag = page.identity.headers["etag"] ?? etagOf(page.identity.body);
  const { "content-length": _length, ...headers } = page.identity.headers;
  const made = written(body, {
    ...headers,
    "content-encoding": encoding,
    etag: tag.replace(/"$/, `-${encoding}"`),
  });
  page[encoding] = made;
  page.bytes += weightOf(body, headers);
  return made;
}

/**
 * A page in the way a browser wishes. A large one goes out as it is until it has been compressed beside the requests
 * (`started` remembers that); `grew` is told when it takes more memory.
 */
function inEncoding(page: KeptPage, encoding: Encoding, grew: () => void): Written {
  if (encoding === "identity" || !mayCompress(page)) return page.identity;
  const known = page[encoding];
  if (known) return known;
  const { body } = page.identity;
  if (body.length <= AT_ONCE) {
    const small = encoding === "br" ? brotliCompressSync(body, brotliOptions(body.length)) : gzipSync(body);
    const made = compressed(page, encoding, small);
    grew();
    return made;
  }
  if (!started.has(page)) {
    started.add(page);
    compressLarge(page).then(grew, () => undefined);
  }
  return page.identity;
}

const started = new WeakSet<KeptPage>();

async function compressLarge(page: KeptPage): Promise<void> {
  const { body } = page.identity;
  compressed(page, "gzip", await promisify(gzip)(body));
  compressed(page, "br", await promisify(brotliCompress)(body, brotliOptions(body.length)));
}

/** Whether a browser has these bytes already (RFC 9110 §13.1.2, weak comparison). */
function has(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header === etag || header === "*") return true;
  return header.split(",").some((each) => each.trim().replace(/^W\//, "") === etag);
}

function acceptedBy(req: IncomingMessage): string {
  return req.headers["accept-encoding"] ?? "";
}

/** Answers a GET or HEAD with a kept page: 304 to whoever has it already. */
export function answerWith(
  req: IncomingMessage,
  res: ServerResponse,
  page: KeptPage,
  grew: () => void = () => undefined,
): void {
  const made = inEncoding(page, wishedEncoding(acceptedBy(req)), grew);
  if (has(req.headers["if-none-match"], made.headers["etag"] ?? "")) {
    res.writeHead(304, made.headersWithoutBody).end();
    return;
  }
  res.writeHead(200, made.headers);
  if (req.method === "HEAD") res.end();
  else res.end(made.body);
}
