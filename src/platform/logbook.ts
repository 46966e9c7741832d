/**
 * What the public log needs outside the database: the keys that sign its checkpoints, and the list of erased salts
 * from which a restored copy of the database erases them again.
 */
import { createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import path from "node:path";

/** The keys and the erasure list of this machine. */
export interface Logbook {
  /** Ed25519, the one in use first; every checkpoint is signed with all of them, so that a new key is known by the old. */
  keys(): readonly KeyObject[];
  /** The lines of the erasure list. */
  erasures(): Promise<readonly string[]>;
  /** Adds lines to it. */
  keepErasures(lines: readonly string[]): Promise<void>;
}

const PEM = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----/g;

/** The Ed25519 keys in a PEM file (PKCS #8), in their order; empty when there is none or one is of another kind. */
export function readLogKeys(pem: string): KeyObject[] {
  try {
    const keys = [...pem.matchAll(PEM)].map(([block]) => createPrivateKey(block));
    return keys.every((key) => key.asymmetricKeyType === "ed25519") ? keys : [];
  } catch {
    return [];
  }
}

/** The logbook in a data directory, with the keys of the settings or one that is made there when it is first needed. */
export function fileLogbook(dataDir: string, given?: readonly KeyObject[]): Logbook {
  const list = path.join(dataDir, "log-erasures");
  let kept: readonly KeyObject[] | undefined = given;
  return {
    keys: () => (kept ??= keptKey(path.join(dataDir, "log-key.pem"))),
    erasures: async () => {
      if (!existsSync(list)) return [];
      return (await readFile(list, "utf8")).split("\n").filter(Boolean);
    },
    keepErasures: async (lines) => {
      if (lines.length === 0) return;
      mkdirSync(dataDir, { recursive: true });
      await appendFile(list, `${lines.join("\n")}\n`, { mode: 0o600, flush: true });
    },
  };
}

function keptKey(file: string): KeyObject[] {
  if (!existsSync(file)) {
    mkdirSync(path.dirname(file), { recursive: true });
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    try {
      writeFileSync(file, pem, { mode: 0o600, flag: "wx" });
    } catch (error) {
      // Another process was faster; its key is the one.
      if ((error as { code?: string }).code !== "EEXIST") throw error;
    }
  }
  const keys = readLogKeys(readFileSync(file, "utf8"));
  if (keys.length === 0) throw new Error(`${file} holds no Ed25519 key`);
  return keys;
}
