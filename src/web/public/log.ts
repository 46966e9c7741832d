/** A letter's log for programs: checkpoint, keys, leaves, proofs and tiles (docs/log.md). Everybody may read it from anywhere. */
import { Router, type Response } from "express";
import type { App } from "../../app.js";
import {
  consistencyProof,
  cosignedCheckpoint,
  inclusionProof,
  logHead,
  readBundle,
  readLeaves,
  readTile,
  TILE_WIDTH,
  verifierKeys,
  waitingForLeaves,
} from "../../domain/log/service.js";
import { publicLetter } from "../../domain/publication/service.js";
import { invalid, notFound } from "../../platform/errors.js";
import { LOG_READS, limitReads } from "../middleware/rate-limit.js";
import { sendPublic } from "../page-cache.js";
import { ctxOf } from "../request.js";

const SHARED = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin" };
/** What changes with the log, or with the list: gone from everywhere within 10 seconds (ruling 17). */
const FRESH = "public, max-age=4";
/** What never changes: parts of a tree that is signed. */
const FOR_EVER = "public, max-age=31536000, immutable";
const LARGEST = 2 ** 31 - 1;

/** The endpoints below `/letters/{slug}/log`. */
export function logRoutes(app: App): Router {
  const router = Router();
  const limit = limitReads(app, LOG_READS);
  router.get("/letters/:slug/log/checkpoint", async (req, res) => {
    const letter = await publicLetter(ctxOf(res), req.params.slug);
    text(res, await cosignedCheckpoint(ctxOf(res), letter.id));
  });
  router.get("/letters/:slug/log/keys", async (req, res) => {
    const letter = await publicLetter(ctxOf(res), req.params.slug);
    const { origin } = await logHead(ctxOf(res), letter.id);
    text(res, `${(await verifierKeys(ctxOf(res), origin)).join("\n")}\n`);
  });
  router.get("/letters/:slug/log/waiting", limit, async (req, res) => {
    const letter = await publicLetter(ctxOf(res), String(req.params["slug"]));
    const { n, since } = await waitingForLeaves(ctxOf(res), letter.id);
    json(res, { events: n, since: since?.toISOString() ?? null }, FRESH);
  });
  router.get("/letters/:slug/log/entries", limit, async (req, res) => {
    const letter = await publicLetter(ctxOf(res), String(req.params["slug"]));
    const head = await logHead(ctxOf(res), letter.id);
    const start = numberOf(req.query["start"], 0);
    const end = numberOf(req.query["end"], head.size);
    const entries = await readLeaves(ctxOf(res), letter.id, head, start, end);
    json(res, { origin: head.origin, size: head.size, entries }, FRESH);
  });
  router.get("/letters/:slug/log/proof", limit, async (req, res) => {
    const letter = await publicLetter(ctxOf(res), String(req.params["slug"]));
    const head = await logHead(ctxOf(res), letter.id);
    const size = numberOf(req.query["size"], head.size);
    const leaf = numberOf(req.query["leaf"], head.size - 1);
    const { leafHash, root, proof } = await inclusionProof(ctxOf(res), letter.id, leaf, size);
    const body = { origin: head.origin, leaf, size, leaf_hash: base64(leafHash), root: base64(root) };
    json(res, { ...body, proof: proof.map(base64) }, req.query["size"] === undefined ? FRESH : FOR_EVER);
  });
  router.get("/letters/:slug/log/consistency", limit, async (req, res) => {
    const letter = await publicLetter(ctxOf(res), String(req.params["slug"]));
    const head = await logHead(ctxOf(res), letter.id);
    const [from, to] = [numberOf(req.query["from"], 0), numberOf(req.query["to"], head.size)];
    const { fromRoot, toRoot, proof } = await consistencyProof(ctxOf(res), letter.id, from, to);
    const body = { origin: head.origin, from, to, from_root: base64(fromRoot), to_root: base64(toRoot) };
    json(res, { ...body, proof: proof.map(base64) }, req.query["to"] === undefined ? FRESH : FOR_EVER);
  });
  router.get("/letters/:slug/log/tile/*path", limit, async (req, res) => {
    const letter = await publicLetter(ctxOf(res), String(req.params["slug"]));
    const tile = readTilePath([req.params["path"] ?? ""].flat().join("/"));
    if (!tile) throw notFound("log.unknown_leaf");
    const body =
      tile.level === "entries"
        ? await readBundle(ctxOf(res), letter.id, tile.number, tile.width)
        : await readTile(ctxOf(res), letter.id, tile.level, tile.number, tile.width);
    res.set({ ...SHARED, "Cache-Control": FOR_EVER, "Content-Type": "application/octet-stream" });
    res.send(body);
  });
  return router;
}

function text(res: Response, body: string): void {
  sendPublic(res, {
    type: "text/plain; charset=utf-8",
    body,
    headers: { ...SHARED, "Cache-Control": FRESH },
  });
}

function json(res: Response, body: object, caching: string): void {
  res.set({ ...SHARED, "Cache-Control": caching }).json(body);
}

function base64(hash: Buffer): string {
  return hash.toString("base64");
}

/** A whole number of the query. Throws invalid for anything else. */
export function numberOf(given: unknown, otherwise?: number): number {
  if (given === undefined && otherwise !== undefined) return otherwise;
  const read = typeof given === "string" && /^\d{1,10}$/.test(given) ? Number(given) : LARGEST + 1;
  if (read > LARGEST) throw invalid("form.invalid");
  return read;
}

/** `<level>/<number in groups of three>[.p/<width>]` (C2SP tlog-tiles); undefined when it is not of this one form. */
export function readTilePath(
  path: string,
): { level: number | "entries"; number: number; width: number } | undefined {
  const [, level = "", groups = "", last = "", width] =
    /^(entries|[0-6]?\d)\/((?:x\d{3}\/)*)(\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path) ?? [];
  if (last === "" || groups.startsWith("x000/") || /^0\d/.test(level)) return undefined;
  const number = Number(groups.replaceAll(/[x/]/g, "") + last);
  const wide = width === undefined ? TILE_WIDTH : Number(width);
  if (number > LARGEST / TILE_WIDTH || wide > TILE_WIDTH || (width !== undefined && wide === TILE_WIDTH))
    return undefined;
  return { level: level === "entries" ? level : Number(level), number, width: wide };
}
