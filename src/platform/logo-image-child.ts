/** The process of `logo-image.ts`: one picture in, one clean picture out, then it ends. */
import sharp from "sharp";
import type { CleanAnswer, CleanRequest } from "./logo-image.js";

// Only the three decoders that we ask for, whatever a file says it is.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({
  operation: ["VipsForeignLoadPngBuffer", "VipsForeignLoadJpegBuffer", "VipsForeignLoadWebpBuffer"],
});
sharp.concurrency(1);
sharp.cache(false);

async function clean({ bytes, format, limits }: CleanRequest): Promise<CleanAnswer> {
  const input = Buffer.from(bytes);
  const open = () =>
    sharp(input, { limitInputPixels: limits.pixels, failOn: "error", sequentialRead: true, pages: 1 });
  const { format: found, pages, width, height } = await open().metadata();
  if (found !== format) return { ok: false, why: "not_a_picture" };
  if ((pages ?? 1) > 1) return { ok: false, why: "animated" };
  if (width > limits.edge || height > limits.edge) return { ok: false, why: "too_many_pixels" };
  if (width < limits.least || height < limits.least) return { ok: false, why: "too_small" };
  const { data, info } = await open()
    .autoOrient()
    .resize({ width: limits.width, height: limits.height, fit: "inside", withoutEnlargement: true })
    .toColourspace("srgb")
    .png({ compressionLevel: 9, palette: false })
    .toBuffer({ resolveWithObject: true });
  return { ok: true, bytes: data, width: info.width, height: info.height };
}

process.once("message", (request: CleanRequest) => {
  void clean(request)
    .catch((error: unknown): CleanAnswer => {
      const words = error instanceof Error ? error.message : "";
      return { ok: false, why: /pixel limit/i.test(words) ? "too_many_pixels" : "broken" };
    })
    .then((answer) => process.send?.(answer, () => process.disconnect()));
});
