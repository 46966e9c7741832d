import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

/**
 * Pictures from strangers. A file is taken for what its first bytes say, never for its name; only PNG, JPEG and WebP
 * are looked at. It is decoded and encoded anew in a process of its own that is ended after a deadline: what comes out
 * holds pixels only, no metadata, no tail, no second format. A thread would not do: the decoder is native code, which a
 * thread's limits of time and memory do not reach.
 */
export type PictureProblem =
  "not_a_picture" | "too_large" | "too_many_pixels" | "too_small" | "animated" | "broken" | "took_too_long";

/** A clean picture, or why there is none. */
export type PictureResult =
  | { ok: true; bytes: Buffer; hash: Buffer; width: number; height: number }
  | { ok: false; why: PictureProblem };

/** What the process is asked. */
export interface CleanRequest {
  bytes: Uint8Array;
  format: Format;
  limits: { pixels: number; edge: number; least: number; width: number; height: number };
}

/** What it answers. */
export type CleanAnswer =
  { ok: true; bytes: Uint8Array; width: number; height: number } | { ok: false; why: PictureProblem };

type Format = "png" | "jpeg" | "webp";

/** The largest file that is looked at, in bytes. */
export const LARGEST_PICTURE = 2 * 1024 * 1024;
/** The longest edge and the most pixels that are decoded: 16 million pixels take 64 MB. */
const LONGEST_EDGE = 8000;
const MOST_PIXELS = 16_000_000;
const LEAST_EDGE = 16;
/** Milliseconds until the process is ended, its start among them. */
const DEADLINE = 1900;
/** How many pictures are decoded at a time; others wait in line. */
const AT_ONCE = 2;

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff]);

/** What the first bytes of a file say it is (PNG §5.2, JFIF §3, RFC 9649 §2.4); undefined for anything else. */
export function pictureFormat(bytes: Buffer): Format | undefined {
  if (bytes.subarray(0, 8).equals(PNG)) return "png";
  if (bytes.subarray(0, 3).equals(JPEG)) return "jpeg";
  const riff = bytes.subarray(0, 4).toString("latin1") === "RIFF";
  return riff && bytes.subarray(8, 12).toString("latin1") === "WEBP" ? "webp" : undefined;
}

let running = 0;
const waiting: (() => void)[] = [];

/** Decodes a picture and encodes it anew as PNG within the given edges; never throws, never takes longer than two seconds of its own. */
export async function cleanPicture(
  bytes: Buffer,
  edges: { width: number; height: number },
): Promise<PictureResult> {
  if (bytes.length > LARGEST_PICTURE) return { ok: false, why: "too_large" };
  const format = pictureFormat(bytes);
  if (!format) return { ok: false, why: "not_a_picture" };
  if (running >= AT_ONCE) await new Promise<void>((next) => waiting.push(next));
  running += 1;
  try {
    return await inProcess({
      bytes,
      format,
      limits: { pixels: MOST_PIXELS, edge: LONGEST_EDGE, least: LEAST_EDGE, ...edges },
    });
  } finally {
    running -= 1;
    waiting.shift()?.();
  }
}

function inProcess(request: CleanRequest): Promise<PictureResult> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL("./logo-image-child.js", import.meta.url)), [], {
      serialization: "advanced",
      stdio: "ignore",
      env: {},
      execArgv: ["--max-old-space-size=64"],
    });
    const timer = setTimeout(() => end({ ok: false, why: "took_too_long" }), DEADLINE);
    const end = (result: PictureResult): void => {
      clearTimeout(timer);
      child.removeAllListeners();
      child.on("error", () => undefined);
      child.kill("SIGKILL");
      resolve(result);
    };
    child.once("message", (answer: CleanAnswer) => {
      if (!answer.ok) return end(answer);
      const bytes = Buffer.from(answer.bytes);
      end({ ...answer, bytes, hash: createHash("sha256").update(bytes).digest() });
    });
    child.once("error", () => end({ ok: false, why: "broken" }));
    child.once("exit", () => end({ ok: false, why: "broken" }));
    child.send(request, () => undefined);
  });
}
