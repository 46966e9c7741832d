/** Files that prove a qualified electronic signature: what is taken, told by its first bytes and never by its name. */

/** The largest file that is taken, in bytes. */
export const EVIDENCE_FILE_LIMIT = 10 * 1024 * 1024;

/** Why a file is not taken. */
export type FileRefusal = "empty" | "too_large" | "wrong_type";

const PDF = Buffer.from("%PDF-");
/** A ZIP whose first entry is an uncompressed `mimetype` file (ETSI EN 319 162-1, A.1). */
const ASIC = /^PK\x03\x04[\s\S]{26}mimetypeapplication\/vnd\.etsi\.asic-[es]\+zip/;

/**
 * What a file is: a PDF, an ASiC container (as the signature itself), or also XML or plain text as a validator's report. The name
 * is kept without folders and without characters that mean something in a header.
 */
export function readEvidenceFile(
  kind: "qualified_file" | "validator_report",
  name: string,
  bytes: Buffer,
): { name: string; mediaType: string } | { refusal: FileRefusal } {
  if (bytes.length === 0) return { refusal: "empty" };
  if (bytes.length > EVIDENCE_FILE_LIMIT) return { refusal: "too_large" };
  const mediaType = mediaTypeOf(bytes, kind === "validator_report");
  return mediaType ? { name: plainFileName(name), mediaType } : { refusal: "wrong_type" };
}

function mediaTypeOf(bytes: Buffer, report: boolean): string | undefined {
  if (bytes.subarray(0, PDF.length).equals(PDF)) return "application/pdf";
  if (ASIC.test(bytes.subarray(0, 100).toString("latin1"))) return "application/vnd.etsi.asic-e+zip";
  if (!report || !isText(bytes)) return undefined;
  return bytes.subarray(0, 200).toString("utf8").trimStart().startsWith("<?xml")
    ? "application/xml"
    : "text/plain";
}

function isText(bytes: Buffer): boolean {
  try {
    return !new TextDecoder("utf-8", { fatal: true }).decode(bytes).includes("\0");
  } catch {
    return false;
  }
}

function plainFileName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? "";
  const plain = last
    .replaceAll(/[^\p{L}\p{N}._ -]+/gu, "_")
    .replace(/^\.+/, "")
    .slice(0, 120)
    .trim();
  return plain === "" ? "file" : plain;
}
