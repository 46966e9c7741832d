import { mkdir } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import type { Request, RequestHandler } from "express";
import multer from "multer";
import type { App } from "../app.js";
import type { ImportFile } from "../domain/imports/service.js";
import { EVIDENCE_FILE_LIMIT } from "../domain/signatures/evidence-file.js";
import { invalid } from "../platform/errors.js";
import { LARGEST_PICTURE } from "../platform/logo-image.js";

/** The largest list that is taken, in bytes. */
export const LIST_LIMIT = 100 * 1024 * 1024;

/** Takes one file in the field `file` and writes it to a folder of ours while it arrives. */
export function listUpload(app: App): RequestHandler {
  const folder = path.join(app.config.dataDir, "uploads");
  const take = multer({
    storage: multer.diskStorage({
      destination: (_req, _file, done) => {
        mkdir(folder, { recursive: true, mode: 0o700 }, (error) => done(error, folder));
      },
    }),
    limits: { fileSize: LIST_LIMIT, files: 1, fields: 10, fieldSize: 10_000, fieldNameSize: 100, parts: 12 },
    defParamCharset: "utf8",
  }).single("file");
  return (req, res, next) => {
    void take(req, res, (error: unknown) => next(error === undefined ? undefined : refusal(error)));
  };
}

/** The largest mail that is explained, in bytes. */
const MAIL_LIMIT = 10 * 1024 * 1024;

/** Takes one mail in the field `file` and keeps it in memory only, for as long as the request lasts. */
export function mailUpload(): RequestHandler {
  const take = multer({
    storage: multer.memoryStorage(),
    limits: { fileSize: MAIL_LIMIT, files: 1, fields: 2, fieldSize: 2_000_000, fieldNameSize: 100, parts: 4 },
  }).single("file");
  return (req, res, next) => {
    void take(req, res, (error: unknown) => next(error === undefined ? undefined : refusal(error)));
  };
}

/** Takes one picture in the field `logo` and keeps it in memory only, for as long as the request lasts. */
export function pictureUpload(): RequestHandler {
  const take = multer({
    storage: multer.memoryStorage(),
    limits: {
      fileSize: LARGEST_PICTURE,
      files: 1,
      fields: 4,
      fieldSize: 1000,
      fieldNameSize: 100,
      parts: 6,
    },
  }).single("logo");
  return (req, res, next) => {
    void take(req, res, (error: unknown) => {
      if (!(error instanceof multer.MulterError)) return next(error);
      next(invalid("form.upload", { logo: "errors.statements.picture.too_large" }, { status: 413 }));
    });
  };
}

/** Takes one file of evidence in the field `file` and keeps it in memory until it is stored. */
export function evidenceUpload(): RequestHandler {
  const take = multer({
    storage: multer.memoryStorage(),
    limits: {
      fileSize: EVIDENCE_FILE_LIMIT,
      files: 1,
      fields: 4,
      fieldSize: 10_000,
      fieldNameSize: 100,
      parts: 6,
    },
    defParamCharset: "utf8",
  }).single("file");
  return (req, res, next) => {
    void take(req, res, (error: unknown) => next(error === undefined ? undefined : refusal(error)));
  };
}

/** What a fault of an upload is called: too large, or not to be understood. */
function refusal(error: unknown): unknown {
  if (!(error instanceof multer.MulterError)) return error;
  if (error.code !== "LIMIT_FILE_SIZE") return invalid("form.upload", { file: "errors.form.upload" });
  return invalid("import.too_large", { file: "errors.import.too_large" }, { status: 413 });
}

/** The list that came with a request. Throws invalid when none did. */
export function uploadedList(req: Request): ImportFile {
  if (!req.file) throw invalid("import.no_file", { file: "errors.import.no_file" });
  return { source: { path: req.file.path }, name: req.file.originalname };
}

/** Takes an uploaded file away again. */
export async function dropUpload(req: Request): Promise<void> {
  if (req.file) await rm(req.file.path, { force: true });
}
