import { createHash } from "node:crypto";
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { packageRoot } from "../../src/platform/config.js";

const root = path.join(packageRoot, "tests", "fixtures", "bounces");

/** What one recipient of a real report is known to be. */
export interface Expected {
  reason: string;
  /** The address is dead. */
  hard: boolean;
}

export interface RealReport {
  file: string;
  raw: Buffer;
  expected: Expected[];
  /** Nobody looked at these while writing rules (tests/fixtures/bounces/README.md). */
  heldOut: boolean;
}

/** The corpus of real reports, in name order. */
export function realReports(): RealReport[] {
  const expected = JSON.parse(readFileSync(path.join(root, "expected.json"), "utf8")) as Record<
    string,
    Expected[]
  >;
  return readdirSync(path.join(root, "mails"))
    .sort()
    .map((file) => ({
      file,
      raw: readFileSync(path.join(root, "mails", file)),
      expected: expected[file] ?? [],
      heldOut: (createHash("sha256").update(file).digest()[0] ?? 0) % 2 === 1,
    }));
}
