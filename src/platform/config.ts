import type { KeyObject } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { z } from "zod";
import { readDkimKey } from "./dkim-key.js";
import { emailDomain, isSameOrParent, parseDomain } from "./email-address.js";
import { readMailbox, type DkimKey } from "./mailer.js";
import { readLogKeys } from "./logbook.js";
import { randomToken } from "./tokens.js";

/** Where the package's own files (templates, migrations, data) lie; found upwards from the built file. */
export const packageRoot = findPackageRoot(import.meta.dirname);

function findPackageRoot(start: string): string {
  let folder = start;
  while (!existsSync(path.join(folder, "package.json"))) {
    const parent = path.dirname(folder);
    if (parent === folder) throw new Error("the folder of the package could not be found");
    folder = parent;
  }
  return folder;
}

/** Everything that can be set from outside, checked once at the start. */
export interface Config {
  host: string;
  port: number;
  /** Without a trailing slash. */
  publicUrl: string;
  /** Unset: the embedded server is used. */
  databaseUrl: string | undefined;
  /** The role that migrates; the application's own role unless set. */
  databaseOwnerUrl: string | undefined;
  /** The server itself where DATABASE_URL leads to a pooler; changes are heard there. */
  databaseDirectUrl?: string | undefined;
  dataDir: string;
  /** Names the installation that may send from a database; unset: an id kept in the data directory. */
  environment?: string | undefined;
  /** The mail server's log, from which uncertain messages are settled. */
  mtaLogFile?: string | undefined;
  secretKey: string;
  /** The whole site asks for it (staging, embargo); unset: it is open. */
  sitePassword?: string | undefined;
  /** Unset: mail is captured and shown in the console. */
  smtpUrl: string | undefined;
  mailFrom: string;
  /** Where replies and delivery reports are read, as `imaps://user:password@host:993/folder`. */
  imapUrl: string | undefined;
  /** A domain whose mail all reaches the mailbox of IMAP_URL; delivery reports go there. */
  bounceDomain: string | undefined;
  /** What mail from MAIL_FROM is signed with; unset: the mail server signs. */
  dkim: DkimKey | undefined;
  /** What the public log's checkpoints are signed with, the key in use first; unset: a key kept in the data directory. */
  logKeys?: readonly KeyObject[] | undefined;
  /** Who may witness the public log, as C2SP verifier keys; unset: nobody. */
  logWitnesses?: readonly string[] | undefined;
  /** Addresses of the proxies whose X-Forwarded-For is believed; empty: nobody's. */
  trustProxy: string[];
  logLevel: string;
  /** Whether an empty database is filled with the invented demonstration. */
  demo: boolean;
  /** Off only for load tests. */
  rateLimits: boolean;
  /** A database without durability is accepted; sending by SMTP is then refused. */
  unsafeTestDb: boolean;
}

/** A setting is wrong or missing; the message names it and says what is expected. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

const flag = z.enum(["0", "1"]).transform((value) => value === "1");

const url = (protocols: string[]) =>
  z.string().refine((value) => URL.canParse(value) && protocols.includes(new URL(value).protocol), {
    message: `expected an address beginning with ${protocols.map((each) => `${each}//`).join(" or ")}`,
  });

const proxies = z
  .string()
  .transform((value) =>
    value
      .split(",")
      .map((each) => each.trim())
      .filter(Boolean),
  )
  .refine(
    (list) =>
      list.every(
        (each) =>
          /^(loopback|linklocal|uniquelocal|[0-9a-fA-F.:]+(\/\d{1,3})?)$/.test(each) && !/^\d+$/.test(each),
      ),
    {
      message:
        "expected the addresses of your proxies, separated by commas (true and a number of hops are not safe)",
    },
  );

const domain = z.string().transform((value, issues) => {
  const read = parseDomain(value.trim());
  if (read !== undefined) return read;
  issues.addIssue({ code: "custom", message: "expected a domain such as example.org" });
  return z.NEVER;
});

/** One or several labels of a DNS name (RFC 6376 §3.1). */
export const DKIM_SELECTOR = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*$/i;

const witnesses = z
  .string()
  .transform((value) => value.split(/[\s,]+/).filter(Boolean))
  .refine((words) => words.every((word) => /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]{44}$/.test(word)), {
    message: "expected keys of witnesses as <name>+<id>+<key>, separated by spaces",
  });

const environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z.coerce.number({ error: "expected a port from 1 to 65535" }).int().min(1).max(65_535).default(8080),
  PUBLIC_URL: url(["http:", "https:"]).optional(),
  DATABASE_URL: url(["postgres:", "postgresql:"]).optional(),
  DATABASE_DIRECT_URL: url(["postgres:", "postgresql:"]).optional(),
  DATABASE_OWNER_URL: url(["postgres:", "postgresql:"]).optional(),
  COUNTERSIGN_DATA_DIR: z.string().default("./var"),
  COUNTERSIGN_ENVIRONMENT: z
    .string()
    .regex(/^[\w.-]{1,80}$/, "expected a short name of letters, digits, dots and hyphens")
    .optional(),
  MTA_LOG_FILE: z.string().optional(),
  SECRET_KEY: z.string().min(32, "expected at least 32 random characters").optional(),
  SITE_PASSWORD: z.string().min(12, "expected at least 12 characters").max(200).optional(),
  SMTP_URL: url(["smtp:", "smtps:"]).optional(),
  MAIL_FROM: z.string().default("Countersign <letters@localhost.example>"),
  IMAP_URL: url(["imap:", "imaps:"]).optional(),
  BOUNCE_DOMAIN: domain.optional(),
  DKIM_DOMAIN: domain.optional(),
  DKIM_SELECTOR: z.string().regex(DKIM_SELECTOR, "expected a name such as s1").optional(),
  DKIM_PRIVATE_KEY_FILE: z.string().optional(),
  LOG_KEY_FILE: z.string().optional(),
  LOG_WITNESSES: witnesses.optional(),
  TRUST_PROXY: proxies.default([]),
  LOG_LEVEL: z.enum(["trace", "debug", "info", "warn", "error", "fatal", "silent"]).default("info"),
  COUNTERSIGN_DEMO: flag.optional(),
  COUNTERSIGN_RATE_LIMITS: flag.default(true),
  COUNTERSIGN_UNSAFE_TEST_DB: flag.default(false),
});

/**
 * Reads the settings from environment variables (process.env when none are given).
 * Throws ConfigError naming the first wrong setting and what is expected of it.
 */
export function loadConfig(variables: NodeJS.ProcessEnv = process.env): Config {
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ""));
  const result = environment.safeParse(given);
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new ConfigError(`${String(issue?.path[0])}: ${issue?.message ?? "not understood"}`);
  }
  const set = result.data;
  if (set.DATABASE_URL && !set.SECRET_KEY) {
    throw new ConfigError("SECRET_KEY: required together with DATABASE_URL (at least 32 random characters)");
  }
  if (set.COUNTERSIGN_UNSAFE_TEST_DB && set.SMTP_URL) {
    throw new ConfigError(
      "SMTP_URL: not allowed together with COUNTERSIGN_UNSAFE_TEST_DB, since sends could be forgotten",
    );
  }
  if (set.PUBLIC_URL && !isSafeOrigin(set.PUBLIC_URL)) {
    throw new ConfigError("PUBLIC_URL: expected https:// (http is for addresses of this machine only)");
  }
  const dataDir = path.resolve(set.COUNTERSIGN_DATA_DIR);
  return {
    host: set.HOST,
    port: set.PORT,
    publicUrl: (
      set.PUBLIC_URL ?? `http://${set.HOST.includes(":") ? `[${set.HOST}]` : set.HOST}:${set.PORT}`
    ).replace(/\/+$/, ""),
    databaseUrl: set.DATABASE_URL,
    databaseOwnerUrl: set.DATABASE_OWNER_URL,
    databaseDirectUrl: set.DATABASE_DIRECT_URL,
    dataDir,
    environment: set.COUNTERSIGN_ENVIRONMENT,
    mtaLogFile: set.MTA_LOG_FILE,
    secretKey: set.SECRET_KEY ?? keptSecretKey(dataDir),
    sitePassword: set.SITE_PASSWORD,
    smtpUrl: set.SMTP_URL,
    mailFrom: set.MAIL_FROM,
    imapUrl: set.IMAP_URL,
    bounceDomain: set.BOUNCE_DOMAIN,
    dkim: dkimOf(set),
    logKeys: set.LOG_KEY_FILE === undefined ? undefined : logKeysOf(set.LOG_KEY_FILE),
    logWitnesses: set.LOG_WITNESSES,
    trustProxy: set.TRUST_PROXY,
    logLevel: set.LOG_LEVEL,
    demo: set.COUNTERSIGN_DEMO ?? !set.DATABASE_URL,
    rateLimits: set.COUNTERSIGN_RATE_LIMITS,
    unsafeTestDb: set.COUNTERSIGN_UNSAFE_TEST_DB,
  };
}

const DKIM_KEY_FAULTS = {
  unreadable: "expected a private key in PEM",
  too_short: "expected an RSA key of at least 1024 bits (2048 are advised)",
  not_rsa: "expected an RSA key: mail can't be signed with another kind",
};

/** The key that mail is signed with: all three settings or none, readable, and of a domain that DMARC takes for the sender's. */
function dkimOf(set: z.output<typeof environment>): DkimKey | undefined {
  const { DKIM_DOMAIN, DKIM_SELECTOR: selector, DKIM_PRIVATE_KEY_FILE: file } = set;
  const given = { DKIM_DOMAIN, DKIM_SELECTOR: selector, DKIM_PRIVATE_KEY_FILE: file };
  const missing = Object.entries(given).filter(([, value]) => value === undefined);
  if (missing.length === 3) return undefined;
  if (!DKIM_DOMAIN || !selector || !file) {
    throw new ConfigError(`${missing[0]?.[0]}: DKIM needs domain, selector and key file, all three or none`);
  }
  if (!isSameOrParent(DKIM_DOMAIN, emailDomain(readMailbox(set.MAIL_FROM).address))) {
    throw new ConfigError("DKIM_DOMAIN: expected the domain of MAIL_FROM, or one above or below it");
  }
  const privateKey = readKeyFile("DKIM_PRIVATE_KEY_FILE", file);
  const key = readDkimKey(privateKey);
  if ("fault" in key) throw new ConfigError(`DKIM_PRIVATE_KEY_FILE: ${DKIM_KEY_FAULTS[key.fault]}`);
  return { domain: DKIM_DOMAIN, selector, privateKey };
}

function logKeysOf(file: string): readonly KeyObject[] {
  const keys = readLogKeys(readKeyFile("LOG_KEY_FILE", file));
  if (keys.length > 0) return keys;
  throw new ConfigError(
    "LOG_KEY_FILE: expected one or more Ed25519 private keys in PEM, the one in use first",
  );
}

function readKeyFile(setting: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    throw new ConfigError(`${setting}: the file can't be read`);
  }
}

/** Whether cookies and links may travel to this address: by https, or without leaving the machine. */
function isSafeOrigin(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === "https:" || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** The secret key of the data directory, made on the first start and readable by its owner only. */
function keptSecretKey(dataDir: string): string {
  const file = path.join(dataDir, "secret-key");
  if (existsSync(file)) return readFileSync(file, "utf8").trim();
  mkdirSync(dataDir, { recursive: true });
  const key = randomToken();
  writeFileSync(file, `${key}\n`, { mode: 0o600, flag: "wx" });
  return key;
}
