import { execFile } from "node:child_process";
import path from "node:path";
import { packageRoot } from "../../src/platform/config.js";
import type { TestDatabase } from "./database.js";

/** What a command said and how it ended. */
export interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs the real `countersign` with these words; `settings` are its whole environment beside PATH. */
export function countersign(
  words: readonly string[],
  settings: Record<string, string>,
  input = "",
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [path.join(packageRoot, "bin", "countersign.js"), ...words],
      {
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...settings },
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const status = error ? Number(error.code ?? 1) : 0;
        resolve({ status, stdout, stderr });
      },
    );
    child.stdin?.end(input);
  });
}

/** The settings with which a command works on a test's database. */
export function settingsOf(database: TestDatabase): Record<string, string> {
  return {
    DATABASE_URL: database.appUrl,
    DATABASE_OWNER_URL: database.ownerUrl,
    SECRET_KEY: "the secret key of the tests, long enough",
    PUBLIC_URL: "http://127.0.0.1:8080",
    COUNTERSIGN_UNSAFE_TEST_DB: "1",
  };
}
