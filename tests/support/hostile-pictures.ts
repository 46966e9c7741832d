import { deflateSync } from "node:zlib";
import { crc32 } from "./crc32.js";
import sharp from "sharp";

/** A file that somebody may hand in as a logo, and what has to become of it. */
export interface HandedIn {
  name: string;
  bytes: Buffer;
  /** Whether it is refused; else it is taken, and what comes out is clean. */
  refused: boolean;
}

/** What a polyglot carries behind or inside the picture; none of it may come out. */
export const PAYLOADS = [
  "<script>alert(1)</script>",
  "<?php system($_GET[0]); ?>",
  "PK\u0003\u0004",
  "/*js*/alert(1)//",
  "<!doctype html><html><body onload=alert(1)>",
  "%PDF-1.7",
  "secret-metadata",
];

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/** A PNG that says it is this large, whatever its data hold (PNG §11.2.2). */
function png(width: number, height: number, data: Buffer, more: Buffer[] = []): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width, 0);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    SIGNATURE,
    chunk("IHDR", head),
    ...more,
    chunk("IDAT", deflateSync(data)),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

/** The frames of a moving WebP, made from GIF-like raw frames by the encoder itself. */
async function movingWebp(frames: number): Promise<Buffer> {
  const raw = Buffer.alloc(32 * 32 * frames * 3, 0x55);
  for (let frame = 0; frame < frames; frame += 1)
    raw.fill(frame * 9, frame * 32 * 32 * 3, (frame + 1) * 32 * 32 * 3);
  return sharp(raw, { raw: { width: 32, height: 32 * frames, channels: 3, pageHeight: 32 } })
    .webp({ loop: 0, delay: Array.from({ length: frames }, () => 50) })
    .toBuffer();
}

function text(words: string): Buffer {
  return Buffer.from(words, "latin1");
}

function tail(bytes: Buffer, words: string): Buffer {
  return Buffer.concat([bytes, text(words)]);
}

function refused(name: string, bytes: Buffer): HandedIn {
  return { name, bytes, refused: true };
}

function cleaned(name: string, bytes: Buffer): HandedIn {
  return { name, bytes, refused: false };
}

/** At least 22 files that were built to hurt, each with what has to become of it (promise 38). */
export async function hostilePictures(): Promise<HandedIn[]> {
  const square = sharp({ create: { width: 64, height: 64, channels: 3, background: "#0b5a49" } });
  const [good, jpeg, webp] = [
    await square.clone().png().toBuffer(),
    await square.clone().jpeg().toBuffer(),
    await square.clone().webp().toBuffer(),
  ];
  const told = await square
    .clone()
    .withExif({ IFD0: { Copyright: "secret-metadata" } })
    .jpeg()
    .toBuffer();
  const [, php = "", zip = "", js = "", html = "", pdf = ""] = PAYLOADS;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`;
  const xxe = `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]>${svg}`;
  return [
    refused("an empty file", Buffer.alloc(0)),
    refused("plain text", text("not a picture")),
    refused("SVG with a script", text(svg)),
    refused("SVG that reads a file", text(xxe)),
    refused("SVG behind a byte order mark", Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text(svg)])),
    refused("SVG behind the first bytes of a PNG", Buffer.concat([SIGNATURE, text(svg)])),
    refused("HTML named .png", text(html)),
    refused("PHP named .png", text(php)),
    refused("a zip named .webp", text(zip)),
    refused("a PDF", text(pdf)),
    refused("a GIF with a script in it", text("GIF89a/*<script>alert(1)</script>*/=1;")),
    refused("a BMP", Buffer.concat([text("BM"), Buffer.alloc(60)])),
    refused("a TIFF", Buffer.concat([Buffer.from([0x49, 0x49, 0x2a, 0]), Buffer.alloc(60)])),
    refused("an ICO", Buffer.concat([Buffer.from([0, 0, 1, 0]), Buffer.alloc(60)])),
    refused("an AVIF", await square.clone().avif().toBuffer()),
    refused("a PNG of 50,000 × 50,000 in a few bytes", png(50_000, 50_000, Buffer.alloc(100))),
    refused("a PNG of 2³¹−1 pixels' width", png(0x7f_ff_ff_ff, 1, Buffer.alloc(10))),
    refused("a PNG of 7,900 × 7,900 that is zero all over", png(7900, 7900, Buffer.alloc(7900 * 300))),
    refused("a PNG without pixels", png(0, 0, Buffer.alloc(0))),
    refused(
      "a PNG that is one pixel high",
      await square.clone().resize(64, 1, { fit: "fill" }).png().toBuffer(),
    ),
    refused("a truncated PNG", good.subarray(0, good.length - 40)),
    refused("a truncated JPEG", jpeg.subarray(0, Math.floor(jpeg.length * 0.6))),
    refused("a truncated WebP", webp.subarray(0, Math.floor(webp.length / 2))),
    refused("the first bytes of a JPEG and nothing else", Buffer.from([0xff, 0xd8, 0xff])),
    refused(
      "a RIFF file that says WEBP and is none",
      Buffer.concat([text("RIFF\u0010\0\0\0WEBP"), Buffer.alloc(40)]),
    ),
    refused(
      "a PNG whose data inflate to ten times what they should and then break",
      png(64, 64, Buffer.alloc(7)),
    ),
    refused("a moving WebP of 40 frames", await movingWebp(40)),
    refused("a file of 3 MB", Buffer.concat([good, Buffer.alloc(3 * 1024 * 1024)])),
    cleaned("a PNG with a zip behind it", tail(good, `${zip}evil.js`)),
    cleaned("a PNG with HTML behind it", tail(good, html)),
    cleaned(
      "a PNG with PHP in a text chunk",
      png(64, 64, Buffer.alloc(64 * 193), [chunk("tEXt", text(`Comment\0${php}`))]),
    ),
    cleaned(
      "a PNG with a text chunk of 1 MB inflated",
      png(64, 64, Buffer.alloc(64 * 193), [
        chunk("zTXt", Buffer.concat([text("Comment\0\0"), deflateSync(Buffer.alloc(1_000_000, 65))])),
      ]),
    ),
    cleaned(
      "a JPEG with a script in its comment",
      Buffer.concat([
        jpeg.subarray(0, 2),
        Buffer.from([0xff, 0xfe, 0, js.length + 2]),
        text(js),
        jpeg.subarray(2),
      ]),
    ),
    cleaned("a JPEG that says where it was taken", told),
    cleaned("a JPEG with PHP behind it", tail(jpeg, php)),
    cleaned("a WebP with a script behind it", tail(webp, "<script>alert(1)</script>")),
    cleaned("a CMYK JPEG", await square.clone().toColourspace("cmyk").jpeg().toBuffer()),
    cleaned("a PNG of 16 bits a channel", await square.clone().toColourspace("rgb16").png().toBuffer()),
    cleaned("a PNG named .html", good),
  ];
}
