import { describe, expect, it } from "@jest/globals";
import { ownPath } from "../../src/web/own-path.js";

/** Ways to leave a site by its own redirect, after PayloadsAllTheThings "Open Redirect", in every spelling we know. */
const HOSTS = ["evil.example", "evil.example/console", "127.0.0.1", "3627734734", "[::1]", "evil。example"];
const STARTS = [
  "//",
  "///",
  "////",
  "/\\",
  "\\\\",
  "\\/",
  "/\\/",
  "\\//",
  "http://",
  "https://",
  "HTTPS://",
  "https:",
  "https:/",
  "http:\\\\",
  "ftp://",
  "//user@",
  "https://console@",
  "//console:pass@",
  " //",
  "\t//",
  "/\t/",
  "/\n/",
  "/\r/",
  "\u0000//",
  "/%09/",
  "/%5c",
  "/%2f%2f",
  "/.//",
  "/./\\",
  "/console/..//",
  "/console/../..//",
  "/console/%2e%2e//",
  "/console//../..//",
  "//%0d%0a",
  "//；@",
  "/。/",
  "〱",
  "?//",
  "#//",
  "x:",
];
const SINGLE = [
  "",
  " ",
  "/",
  "console",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "java\tscript:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "blob:x",
  "/consolex",
  "/letters/x",
  "/console\\evil.example",
  "/console\r\nSet-Cookie: a=b",
  "/console\u0000",
  "/console/../letters",
  "/console/%2e%2e/letters",
  "/console/\u2028",
  `/console/${"a".repeat(3000)}`,
];

const corpus = [...SINGLE, ...STARTS.flatMap((start) => HOSTS.map((host) => `${start}${host}`))];

describe("where to go after signing in", () => {
  it(`is never another site, for ${corpus.length} ways to ask for one`, () => {
    expect(corpus.length).toBeGreaterThan(240);
    const left = corpus.filter((each) => ownPath(each, "/console") !== undefined);
    expect(left).toEqual([]);
  });

  it("is a page of the console as it was asked for", () => {
    for (const path of [
      "/console",
      "/console/organisations?q=a%20b&page=2",
      "/console/letters/keep-orbit-usable",
    ]) {
      expect(ownPath(path, "/console")).toBe(path);
    }
  });

  it("is nothing for what is no text", () => {
    for (const value of [undefined, null, 7, {}, ["/console"], ["/console", "//evil.example"], true]) {
      expect(ownPath(value, "/console")).toBeUndefined();
    }
  });
});
