import { Router } from "express";
import { publicLogo } from "../../domain/statements/views.js";
import { notFound } from "../../platform/errors.js";
import { sendPicture } from "../picture.js";
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
  router.get("/logos/:picture", async (req, res) => {
    const file = req.params.picture;
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
