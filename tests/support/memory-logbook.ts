import { generateKeyPairSync, type KeyObject } from "node:crypto";
import type { Logbook } from "../../src/platform/logbook.js";

/** A logbook that lives as long as the test. */
export interface MemoryLogbook extends Logbook {
  /** Puts a new key in front of those in use. */
  rotate(): void;
  /** What stands on the erasure list. */
  lines: string[];
}

function newKey(): KeyObject {
  return generateKeyPairSync("ed25519").privateKey;
}

/** A logbook with a fresh key and an empty erasure list. */
export function memoryLogbook(): MemoryLogbook {
  let keys = [newKey()];
  const lines: string[] = [];
  return {
    lines,
    keys: () => keys,
    rotate: () => {
      keys = [newKey(), ...keys];
    },
    erasures: () => Promise.resolve([...lines]),
    keepErasures: (more) => {
      lines.push(...more);
      return Promise.resolve();
    },
  };
}
