import { parentPort } from "node:worker_threads";
import { parseMail } from "./mail-parse.js";

/** What the parent sends: a number to find the answer by, and the mail. */
export interface ParseRequest {
  id: number;
  bytes: Uint8Array;
}

/** The thread of `mail-parser.ts`: one mail in, one answer out, a fault is an answer too. */
parentPort?.on("message", ({ id, bytes }: ParseRequest) => {
  parseMail(bytes).then(
    (mail) => parentPort?.postMessage({ id, result: { ok: true, mail } }),
    (error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      parentPort?.postMessage({ id, result: { ok: false, why: why.slice(0, 200) } });
    },
  );
});
