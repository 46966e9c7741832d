import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/** Secrets derived from SECRET_KEY; nobody else sees the key itself. */
export interface Keys {
  /**
   * The secret of a link: HMAC-SHA256 over purpose, row and generation, as 43 base64url characters.
   * It can be made again whenever a mail goes out, so the database only keeps its hash.
   */
  token(purpose: string, id: string, generation: number): string;
  /** Keyed hash (HMAC-SHA256, 32 bytes) of a normalised address; it stays when the address is erased. */
  addressHash(email: string): Buffer;
}

/** Derives the separate keys for links and addresses from one secret (HKDF, RFC 5869). */
export function createKeys(secretKey: string): Keys {
  const derive = (info: string): Buffer =>
    Buffer.from(hkdfSync("sha256", secretKey, "countersign", info, 32));
  const linkKey = derive("links");
  const addressKey = derive("addresses");
  return {
    token: (purpose, id, generation) =>
      createHmac("sha256", linkKey).update(`${purpose}|${id}|${generation}`).digest("base64url"),
    addressHash: (email) => createHmac("sha256", addressKey).update(email.trim().toLowerCase()).digest(),
  };
}

/** A fresh secret of 256 random bits, as 43 base64url characters. */
export function randomToken(): string {
  return randomBytes(32).toString("base64url");
}

/** What the database keeps of a secret: its SHA-256. A secret of 256 bits needs no salt. */
export function hashToken(token: string): Buffer {
  return createHash("sha256").update(token).digest();
}

/** Compares two hashes without telling by its duration where they differ. */
export function sameHash(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
