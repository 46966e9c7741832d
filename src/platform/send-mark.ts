/**
 * What this machine remembers of sending outside the database: in which environment it runs, and up to where mails
 * have passed their commit point. A database that is behind this is an older copy.
 */
import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { SECOND } from "./clock.js";
import { takeProcessLock } from "./process-lock.js";

/** How far sending had come when it was last written down. */
export interface Mark {
  /** Rises with every arming by a person. */
  epoch: number;
  /** Tells two armings with the same epoch apart. */
  armingId: string;
  /** The highest commit number of that arming. */
  number: number;
}

/** A mark as found. */
export interface FoundMark extends Mark {
  /** The folder it lies in was copied or put back since it was written: it may be as old as what it should catch. */
  isCopy: boolean;
}

/** The memory of a machine; several processes on one data directory share it. */
export interface SendMark {
  /** The name of the environment; undefined where none has been given and none made yet. */
  environment(): Promise<string | undefined>;
  /** The same, made and kept where there is none. */
  nameEnvironment(): Promise<string>;
  /** Undefined on a machine that has never sent. */
  read(): Promise<FoundMark | undefined>;
  /** Writes down a mark that is further than the kept one; durable when it resolves. An older one changes nothing. */
  raise(mark: Mark): Promise<void>;
}

/** Whether a mark is further than another: of a later arming, or of the same with a higher number. */
export function isFurther(mark: Mark, than: Mark | undefined): boolean {
  if (!than || mark.epoch !== than.epoch) return mark.epoch > (than?.epoch ?? -1);
  return mark.number > than.number;
}

const LOCK_PATIENCE = 10 * SECOND;

/**
 * The memory in a data directory, in the files `environment`, `sending.json` and `sending.place`. `configured` is
 * COUNTERSIGN_ENVIRONMENT; without it the environment's name is an id made once.
 *
 * With the embedded server the database lies in the same folder, so that a backup of the folder holds both. The file
 * `sending.place` therefore names its own number on the disk: a copy has another.
 */
export function fileSendMark(dataDir: string, configured: string | undefined): SendMark {
  const file = path.join(dataDir, "sending.json");
  const place = path.join(dataDir, "sending.place");
  let turn: Promise<void> = Promise.resolve();

  async function raise(mark: Mark): Promise<void> {
    await mkdir(dataDir, { recursive: true });
    const release = await takeProcessLock(path.join(dataDir, "sending.lock"), LOCK_PATIENCE);
    try {
      const kept = await readMark(file);
      if (!isFurther(mark, kept)) return;
      await writeDurably(file, `${JSON.stringify(mark)}\n`);
      if (mark.epoch !== kept?.epoch) await writePlace(place);
    } finally {
      await release();
    }
  }
  return {
    environment: async () => configured ?? (await textOf(path.join(dataDir, "environment")))?.trim(),
    nameEnvironment: async () => configured ?? keptEnvironment(dataDir),
    read: async () => {
      const mark = await readMark(file);
      return mark && { ...mark, isCopy: !(await isInPlace(place)) };
    },
    raise: (mark) => (turn = turn.catch(() => undefined).then(() => raise(mark))),
  };
}

/** Throws when the file is there and can't be read or understood: a mark that was lost must not pass for none. */
async function readMark(file: string): Promise<Mark | undefined> {
  const text = await textOf(file);
  if (text === undefined) return undefined;
  const { epoch, armingId, number } = JSON.parse(text) as Partial<Mark>;
  if (typeof epoch !== "number" || typeof number !== "number" || typeof armingId !== "string") {
    throw new Error(`${file} is not what was written there; what it said is lost.`);
  }
  return { epoch, armingId, number };
}

/** Written in place: its number on the disk stays, so that it can name it. */
async function writePlace(place: string): Promise<void> {
  const handle = await open(place, "a", 0o600);
  try {
    await handle.truncate();
    await handle.writeFile(String((await handle.stat()).ino));
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function isInPlace(place: string): Promise<boolean> {
  const text = await textOf(place);
  return text !== undefined && text === String((await stat(place)).ino);
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** All of it or nothing is there after a crash: written aside, synced, renamed, and the folder synced. */
async function writeDurably(file: string, text: string): Promise<void> {
  const draft = `${file}.new`;
  const handle = await open(draft, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(draft, file);
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function keptEnvironment(dataDir: string): Promise<string> {
  const file = path.join(dataDir, "environment");
  const known = await textOf(file);
  if (known !== undefined) return known.trim();
  await mkdir(dataDir, { recursive: true });
  try {
    await writeFile(file, `${randomUUID()}\n`, { mode: 0o600, flag: "wx" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
  }
  return (await readFile(file, "utf8")).trim();
}
