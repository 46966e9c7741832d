import { describe, expect, it } from "@jest/globals";
import { emailDomain, parseDomain, parseEmail } from "../../src/platform/email-address.js";

describe("an e-mail address", () => {
  it("is lower-cased, trimmed, and its domain brought to ASCII", () => {
    expect(parseEmail("  Policy.Desk+ASAT@Example.COM ")).toBe("policy.desk+asat@example.com");
    expect(parseEmail("info@bücher.example")).toBe("info@xn--bcher-kva.example");
    expect(parseEmail("o'neill@mail.example")).toBe("o'neill@mail.example");
  });

  it("is one address and nothing besides", () => {
    const refused = [
      "",
      "plain",
      "@example.com",
      "a@",
      "a@b",
      "a@@b.example",
      "a@b.example,c@d.example",
      "a@b.example;c@d.example",
      "a@b.example c@d.example",
      "a@b.example\r\nBcc: evil@example.net",
      "a\u0000@b.example",
      "Jane <a@b.example>",
      '"quoted"@b.example',
      "a@[127.0.0.1]",
      "a@127.0.0.1",
      "a..b@example.com",
      ".a@example.com",
      "a.@example.com",
      "a@-b.example",
      "a@b-.example",
      "a@b..example",
      "jürgen@example.com",
      "用户@example.com",
      "a@exa mple.com",
      "a@example.com.",
      "a(comment)@example.com",
      `${"a".repeat(65)}@example.com`,
      `a@${"b".repeat(64)}.example`,
      `a@${"b.".repeat(130)}example`,
      "a@example.com/path",
      "a@example.com:25",
      "a@ex%61mple.com",
      "a@example.c0m",
    ];
    expect(refused.filter((text) => parseEmail(text) !== undefined)).toEqual([]);
  });

  it("has a domain", () => {
    expect(emailDomain("a@b.example")).toBe("b.example");
    expect(parseDomain("Example.COM")).toBe("example.com");
    expect(parseDomain("localhost")).toBeUndefined();
  });
});
