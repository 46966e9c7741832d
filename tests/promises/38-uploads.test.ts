import { describe, expect, test } from "@jest/globals";
import sharp from "sharp";
import { LOGO_EDGES } from "../../src/domain/statements/statement.js";
import { LARGEST_PICTURE, cleanPicture } from "../../src/platform/logo-image.js";
import { PAYLOADS, hostilePictures } from "../support/hostile-pictures.js";

const handedIn = await hostilePictures();

/** Every chunk that may stand in what comes out: its head, pixels, and how dense they are. */
const CHUNKS = new Set(["IHDR", "PLTE", "tRNS", "IDAT", "IEND", "pHYs"]);

function chunks(png: Buffer): string[] {
  const found: string[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    found.push(png.toString("latin1", at + 4, at + 8));
  }
  return found;
}

async function why(name: string): Promise<string> {
  const found = handedIn.find((each) => each.name === name);
  const result = await cleanPicture(found?.bytes ?? Buffer.alloc(0), LOGO_EDGES);
  return result.ok ? "taken" : result.why;
}

describe("promise 38: no file that is handed in hurts anybody", () => {
  test("there are at least 22 of them", () => {
    expect(handedIn.length).toBeGreaterThanOrEqual(22);
    expect(new Set(handedIn.map(({ name }) => name)).size).toBe(handedIn.length);
  });

  test.each(handedIn.filter(({ refused }) => refused))("$name is refused", async ({ bytes }) => {
    const result = await cleanPicture(bytes, LOGO_EDGES);
    // Never because the time was up: what takes long has to be seen before it is decoded.
    expect(result.ok ? "taken" : result.why).not.toMatch(/taken|took_too_long/);
  });

  test.each(handedIn.filter(({ refused }) => !refused))(
    "$name comes out as pixels only",
    async ({ bytes }) => {
      const result = await cleanPicture(bytes, LOGO_EDGES);
      if (!result.ok) throw new Error(`refused: ${result.why}`);
      expect(chunks(result.bytes).filter((type) => !CHUNKS.has(type))).toEqual([]);
      expect(chunks(result.bytes).at(-1)).toBe("IEND");
      const words = result.bytes.toString("latin1");
      expect(PAYLOADS.filter((payload) => words.includes(payload))).toEqual([]);
      const { format, width, height, exif, icc, xmp } = await sharp(result.bytes).metadata();
      expect({ format, exif, icc, xmp }).toEqual({
        format: "png",
        exif: undefined,
        icc: undefined,
        xmp: undefined,
      });
      expect([width, height]).toEqual([result.width, result.height]);
    },
  );

  test("the reason is the right one, so that an honest person knows what to do", async () => {
    expect(await why("SVG with a script")).toBe("not_a_picture");
    expect(await why("a PNG of 50,000 × 50,000 in a few bytes")).toBe("too_many_pixels");
    expect(await why("a PNG of 7,900 × 7,900 that is zero all over")).toBe("too_many_pixels");
    expect(await why("a moving WebP of 40 frames")).toBe("animated");
    expect(await why("a truncated JPEG")).toBe("broken");
    expect(await why("a PNG that is one pixel high")).toBe("too_small");
  });

  test("the same pixels come out of the same file, so that the address of a logo stays", async () => {
    const one = handedIn.find(({ refused }) => !refused);
    const [first, second] = [
      await cleanPicture(one?.bytes ?? Buffer.alloc(0), LOGO_EDGES),
      await cleanPicture(one?.bytes ?? Buffer.alloc(0), LOGO_EDGES),
    ];
    expect(first).toEqual(second);
  });

  test("many at once wait in line, and each gets its own answer", async () => {
    const results = await Promise.all(
      handedIn.slice(0, 40).map(({ bytes }) => cleanPicture(bytes, LOGO_EDGES)),
    );
    expect(results.map(({ ok }) => !ok)).toEqual(handedIn.slice(0, 40).map(({ refused }) => refused));
  });

  test("a file above the limit is not even looked at", async () => {
    const bytes = Buffer.alloc(LARGEST_PICTURE + 1);
    expect(await cleanPicture(bytes, LOGO_EDGES)).toEqual({ ok: false, why: "too_large" });
  });
});
