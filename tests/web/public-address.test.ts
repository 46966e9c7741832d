import type { IncomingMessage } from "node:http";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "@jest/globals";
import { keptPage } from "../../src/web/kept-page.js";
import { publicAddress } from "../../src/web/public-address.js";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

function heap(): number {
  collect();
  return process.memoryUsage().heapUsed;
}

describe("what a stranger can make the server remember", () => {
  it("stays small however many addresses and languages they make up", () => {
    const before = heap();
    for (let at = 0; at < 4_000; at += 1) {
      for (let wish = 0; wish < 40; wish += 1) {
        const url = `/letters/open/signatories?q=${"a".repeat(200)}${at}`;
        const headers = { "accept-language": `fr,${"x".repeat(250)}${wish}` };
        publicAddress({ url, headers } as IncomingMessage);
      }
    }
    expect(heap() - before).toBeLessThan(15_000_000);
  });

  it("counts the headers of a kept page, not only its bytes", () => {
    const headers = { "content-security-policy": "x".repeat(1_000) };
    expect(keptPage(Buffer.alloc(10), headers).bytes).toBeGreaterThan(2_000);
  });
});
