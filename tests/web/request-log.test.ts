import { describe, expect, it } from "@jest/globals";
import { LINK_PATHS } from "../../src/domain/links/link.js";
import { loggedPath } from "../../src/web/middleware/request-log.js";

describe("the path of a request in the log", () => {
  it("shows nothing of the secret of any link, not even where a mail program cut it short", () => {
    for (const path of Object.values(LINK_PATHS)) {
      for (const part of ["Zq3-cut", "Zq3".repeat(12)]) {
        expect(loggedPath(`${path}/${part}?lang=en`)).toBe(`${path}/…`);
        expect(loggedPath(`${path.toUpperCase()}/${part}/again`)).not.toContain("Zq3");
      }
    }
  });

  it("still tells which page was asked for", () => {
    expect(loggedPath("/letters/open-sky/signatories?q=a")).toBe("/letters/open-sky/signatories");
  });
});
