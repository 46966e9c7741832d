/** A lock file held by a living process: it frees itself when that process is gone, however it went. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { link, readFile, rm, writeFile } from "node:fs/promises";
import { performance } from "node:perf_hooks";
import { setTimeout as pause } from "node:timers/promises";

/** Thrown when another living process holds the lock; `pid` names it. */
export class LockHeld extends Error {
  readonly pid: number;
  constructor(path: string, pid: number) {
    super(`Process ${pid} holds ${path}.`);
    this.name = "LockHeld";
    this.pid = pid;
  }
}

/**
 * When the process with this number began, in a form that differs between two processes that were given the
 * same number one after the other; undefined when no such process lives (a zombie does not).
 */
export function processStart(pid: number): string | undefined {
  if (process.platform === "linux") {
    let stat: string;
    try {
      stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    } catch {
      return undefined;
    }
    // The second field is the program's name in brackets and may itself hold spaces and brackets (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  }
  try {
    const line = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return line === "" || line.startsWith("Z") ? undefined : line.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

/** The living process that holds the lock at `path`, if any. */
export async function lockHolder(path: string): Promise<number | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  const [pid = "", start = ""] = text.split("\n");
  return /^\d+$/.test(pid) && start !== "" && processStart(Number(pid)) === start ? Number(pid) : undefined;
}

/**
 * Takes the lock at `path`, waiting at most `waitMs` milliseconds for a living holder, and answers the function
 * that gives it back; throws LockHeld.
 */
export async function takeProcessLock(path: string, waitMs: number): Promise<() => Promise<void>> {
  const content = `${process.pid}\n${processStart(process.pid) ?? ""}\n`;
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, content, { mode: 0o600 });
  try {
    const deadline = performance.now() + waitMs;
    while (!(await linked(draft, path))) {
      const holder = await lockHolder(path);
      if (holder === undefined) {
        await rm(path, { force: true });
      } else if (performance.now() >= deadline) {
        throw new LockHeld(path, holder);
      } else {
        await pause(50);
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, "utf8").catch(() => "")) === content) {
      await rm(path, { force: true });
    }
  };
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") {
      return false;
    }
    throw error;
  }
}
