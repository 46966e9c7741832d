import { Router, type Response } from "express";
import { publicLogo } from "../../domain/statements/views.js";
import { notFound } from "../../platform/errors.js";
import { ctxOf } from "../request.js";

const ADDRESS = /^[0-9a-f]{64}\.png$/;

/**
 * Logos of signatories at an address that names their content. It never changes while it stands, yet it may be taken
 * back at any time: caches keep it as long as the pages that show it (7 s), and ask again with its mark.
 */
const CACHE_CONTROL = "public, max-age=4, stale-while-revalidate=3";

/** The pictures beside the names, from our own origin. */
export function logoRoutes(): Router {
  const router = Router();
  router.get("/logos/:file", async (req, res) => {
    const { file } = req.params;
    const hash = ADDRESS.test(file) ? Buffer.from(file.slice(0, 64), "hex") : undefined;
    const logo = hash && (await publicLogo(ctxOf(res), hash));
    if (!logo) throw notFound("page.not_found.sentence");
    res.set({
      "Cache-Control": CACHE_CONTROL,
      ETag: `"${file.slice(0, 22)}"`,
      "Cross-Origin-Resource-Policy": "cross-origin",
    });
    if (req.fresh) {
      res.status(304).end();
      return;
    }
    sendPicture(res, logo);
  });
  return router;
}

/** Answers with a picture of ours: of a fixed type, not to be sniffed, and shown in a sandbox where somebody opens it by itself. */
export function sendPicture(res: Response, { bytes, type }: { bytes: Buffer; type: string }): void {
  res.set({
    "Content-Type": type,
    "Content-Disposition": 'inline; filename="logo.png"',
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  });
  res.send(bytes);
}
