import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { processStart } from "./process-lock.js";

/** Which process on which machine: enough to tell later whether it still lives. */
export interface ProcessIdentity {
  host: string;
  /** Differs after every start of the machine; empty where the system does not tell. */
  boot: string;
  /** Where process numbers count from: a container has its own. */
  namespace: string;
  pid: number;
  pidStart: string;
}

/** Who we are. */
export function ownIdentity(): ProcessIdentity {
  return { ...ground(), pid: process.pid, pidStart: processStart(process.pid) ?? "" };
}

/** Whether a process is provably gone: it ran on this start of this machine, in our own sight, and does not live any more. */
export function isGone(other: ProcessIdentity): boolean {
  const own = ground();
  if (own.boot === "" || own.namespace === "") return false;
  if (other.host !== own.host || other.boot !== own.boot || other.namespace !== own.namespace) return false;
  return other.pidStart !== "" && processStart(other.pid) !== other.pidStart;
}

function ground(): Pick<ProcessIdentity, "host" | "boot" | "namespace"> {
  return {
    host: hostname(),
    boot: told(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()),
    namespace: told(() => readlinkSync("/proc/self/ns/pid")),
  };
}

function told(read: () => string): string {
  try {
    return read();
  } catch {
    return "";
  }
}
