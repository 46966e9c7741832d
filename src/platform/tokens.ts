import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Secrets derived from SECRET_KEY; nobody else sees the key itself. */
export interface Keys {
  /**
   * The secret of a link: HMAC-SHA256 over purpose, row and generation, as 43 base64url characters.
   * It can be made again whenever a mail goes out, so the database only keeps its hash.
   */
  token(purpose: string, id: string, generation: number): string;
  /** Keyed hash (HMAC-SHA256, 32 bytes) of a normalised address; it stays when the address is erased. */
  addressHash(email: string): Buffer;
  /** Seals a text (AES-256-GCM, a fresh 96-bit nonce); `bound` names the row it belongs to and is checked on opening. */
  encrypt(text: string, bound: string): Buffer;
  /** Opens what `encrypt` sealed; throws when it was changed, moved to another row or sealed with another key. */
  decrypt(sealed: Buffer, bound: string): string;
}

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Derives the separate keys for links and addresses from one secret (HKDF, RFC 5869). */
export function createKeys(secretKey: string): Keys {
  const derive = (info: string): Buffer =>
    Buffer.from(hkdfSync("sha256", secretKey, "countersign", info, 32));
  const linkKey = derive("links");
  const addressKey = derive("addresses");
  const sealKey = derive("sealed answers");
  return {
    token: (purpose, id, generation) =>
      createHmac("sha256", linkKey).update(`${purpose}|${id}|${generation}`).digest("base64url"),
    addressHash: (email) => createHmac("sha256", addressKey).update(email.trim().toLowerCase()).digest(),
    encrypt: (text, bound) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv("aes-256-gcm", sealKey, nonce).setAAD(Buffer.from(bound));
      const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
    },
    decrypt: (sealed, bound) => {
      const decipher = createDecipheriv("aes-256-gcm", sealKey, sealed.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(bound))
        .setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const text = decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString("utf8");
    },
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
