import { createHash } from "node:crypto";
import { linkAddress, makeLink } from "../../src/domain/links/service.js";
import { newId } from "../../src/platform/ids.js";
import type { TestApp } from "./app.js";

/** A green square of one pixel, as PNG. */
export const LOGO = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkaGD4DwACiQGAhCoJ+QAAAABJRU5ErkJggg==",
  "base64",
);

/** What its address is made of. */
export const LOGO_HASH = createHash("sha256").update(LOGO).digest();

/** Puts an approved logo beside a signature, straight into the tables, and returns the id of the statement. */
export async function insertLogo(app: TestApp, signatureId: string): Promise<string> {
  const id = newId(app.clock);
  const at = app.clock.now();
  await app.database.adminDb("signature_statements").insert({
    id,
    signature_id: signatureId,
    kind: "logo",
    language: "en",
    state: "approved",
    logo: LOGO,
    logo_hash: LOGO_HASH,
    logo_type: "image/png",
    logo_width: 1,
    logo_height: 1,
    terms_version: 1,
    terms_language: "en",
    terms_agreed_at: at,
    submitted_at: at,
    decided_at: at,
  });
  return id;
}

/** A fresh link by which a signatory looks after an entry: the path of it. */
export async function managePath(app: TestApp, signatureId: string): Promise<string> {
  return new URL(linkAddress(app.system, await makeLink(app.system, "manage", signatureId))).pathname;
}
