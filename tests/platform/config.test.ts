import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import { loadConfig, packageRoot } from "../../src/platform/config.js";

const dataDir = mkdtempSync(path.join(tmpdir(), "countersign-config-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

const base = { COUNTERSIGN_DATA_DIR: dataDir };

const pem = (key: KeyObject) => key.export({ type: "pkcs8", format: "pem" }).toString();
const rsa = (modulusLength: number) => pem(generateKeyPairSync("rsa", { modulusLength }).privateKey);
const signed = (key: string, change = {}) => {
  const file = path.join(dataDir, "dkim.pem");
  writeFileSync(file, key);
  return {
    ...base,
    MAIL_FROM: "Letters <letters@mail.example.org>",
    DKIM_DOMAIN: "Example.org",
    DKIM_SELECTOR: "s1",
    DKIM_PRIVATE_KEY_FILE: file,
    ...change,
  };
};

describe("settings", () => {
  it("need nothing at all: everything has a default", () => {
    const config = loadConfig(base);
    expect(config).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      publicUrl: "http://127.0.0.1:8080",
      databaseUrl: undefined,
      smtpUrl: undefined,
      demo: true,
      trustProxy: [],
      rateLimits: true,
    });
  });

  it("keep the secret key that was made on the first start, for the owner's eyes only", () => {
    const first = loadConfig(base).secretKey;
    expect(first).toMatch(/^[\w-]{43}$/);
    expect(loadConfig(base).secretKey).toBe(first);
    expect(statSync(path.join(dataDir, "secret-key")).mode & 0o077).toBe(0);
  });

  it("treat an empty variable as not set", () => {
    expect(loadConfig({ ...base, PORT: "", SMTP_URL: "" })).toMatchObject({ port: 8080, smtpUrl: undefined });
  });

  it.each([
    [{ PORT: "http" }, /^PORT: expected a port/],
    [{ PUBLIC_URL: "letters.example.org" }, /^PUBLIC_URL: expected an address beginning with/],
    [{ PUBLIC_URL: "http://letters.example.org" }, /^PUBLIC_URL: expected https/],
    [{ DATABASE_URL: "mysql://x/y" }, /^DATABASE_URL: expected .*postgres:/],
    [{ DATABASE_URL: "postgres://x/y" }, /^SECRET_KEY: required together with DATABASE_URL/],
    [{ SECRET_KEY: "short" }, /^SECRET_KEY: expected at least 32/],
    [{ SMTP_URL: "mail.example.org:25" }, /^SMTP_URL: expected/],
    [{ IMAP_URL: "https://mail.example.org" }, /^IMAP_URL: expected an address beginning with imap:/],
    [{ BOUNCE_DOMAIN: "not a domain" }, /^BOUNCE_DOMAIN: expected a domain/],
    [{ DKIM_DOMAIN: "example.org" }, /^DKIM_SELECTOR: DKIM needs domain, selector and key file/],
    [{ DKIM_SELECTOR: "a b" }, /^DKIM_SELECTOR: expected a name/],
    [{ TRUST_PROXY: "true" }, /^TRUST_PROXY: expected the addresses of your proxies/],
    [{ TRUST_PROXY: "1" }, /^TRUST_PROXY: expected the addresses/],
    [{ LOG_LEVEL: "loud" }, /^LOG_LEVEL: /],
    [{ COUNTERSIGN_UNSAFE_TEST_DB: "1", SMTP_URL: "smtp://127.0.0.1:25" }, /^SMTP_URL: not allowed/],
  ])("refuse %j and name the setting", (variables, message) => {
    expect(() => loadConfig({ ...base, ...variables })).toThrow(message);
  });

  describe("about signing mail", () => {
    const good = rsa(1024);

    it("take a key that can sign for the sender’s domain", () => {
      const { dkim } = loadConfig(signed(good));
      expect(dkim).toEqual({ domain: "example.org", selector: "s1", privateKey: good });
    });

    it.each([
      [
        "a file that is not there",
        good,
        { DKIM_PRIVATE_KEY_FILE: "/nowhere.pem" },
        /FILE: the file can't be read/,
      ],
      ["no key", "nothing", {}, /FILE: expected a private key in PEM/],
      ["a short key", rsa(512), {}, /at least 1024 bits/],
      ["a key of another kind", pem(generateKeyPairSync("ed25519").privateKey), {}, /expected an RSA key/],
      [
        "somebody else’s domain",
        good,
        { DKIM_DOMAIN: "example.net" },
        /^DKIM_DOMAIN: expected the domain of MAIL_FROM/,
      ],
    ])("refuse %s", (_name, key, change, message) => {
      expect(() => loadConfig(signed(key, change))).toThrow(message);
    });
  });

  it("believe only the proxies that are named", () => {
    expect(loadConfig({ ...base, TRUST_PROXY: "127.0.0.1, 10.1.0.0/16,::1" }).trustProxy).toEqual([
      "127.0.0.1",
      "10.1.0.0/16",
      "::1",
    ]);
  });

  it("are all listed in .env.example", () => {
    const example = readFileSync(path.join(packageRoot, ".env.example"), "utf8");
    const source = readFileSync(path.join(packageRoot, "src/platform/config.ts"), "utf8");
    const names = [...source.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map((match) => match[1] ?? "");
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !example.includes(`${name}=`))).toEqual([]);
  });
});
