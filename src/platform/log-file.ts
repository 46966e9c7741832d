/** Reading a growing log file on from where one stopped, also over its rotation. */
import { open, readdir, stat, type FileHandle } from "node:fs/promises";
import path from "node:path";

/** How far a log has been read: in which file, by its number on the disk, and up to which byte. */
export interface LogCursor {
  inode: string;
  position: number;
}

/** What has been added, whole lines only, and where to go on. */
export interface LogPiece {
  text: string;
  cursor: LogCursor;
  /** Whether more is there already. */
  more: boolean;
}

/** Of a log that has never been read only this much is looked at, from its end backwards: bytes. */
const LOOK_BACK = 64 * 1024 * 1024;

/**
 * The next piece of a log, at most `limit` bytes. A log that was renamed is read to its end first, where it still lies
 * beside the new one; one that was emptied in place is read from its start. Throws when the file can't be read.
 */
export async function readLogPiece(
  file: string,
  cursor: LogCursor | undefined,
  limit: number,
): Promise<LogPiece> {
  const now = await stat(file);
  const inode = String(now.ino);
  if (!cursor) {
    const start = { inode, position: Math.max(0, now.size - LOOK_BACK) };
    return readFrom(file, start, limit);
  }
  if (cursor.inode === inode) {
    return readFrom(file, now.size < cursor.position ? { inode, position: 0 } : cursor, limit);
  }
  const former = await findByInode(file, cursor.inode);
  const rest = former === undefined ? undefined : await readFrom(former, cursor, limit);
  // What is left of the former file without its last line's end will not be finished any more.
  if (rest && rest.cursor.position > cursor.position) return { ...rest, more: true };
  return readFrom(file, { inode, position: 0 }, limit);
}

async function readFrom(file: string, { inode, position }: LogCursor, limit: number): Promise<LogPiece> {
  const handle = await open(file, "r");
  try {
    const bytes = await readUpTo(handle, position, limit);
    const end = bytes.lastIndexOf(0x0a) + 1;
    // A line longer than the limit says nothing to us; it is passed over.
    const taken = end === 0 && bytes.length === limit ? limit : end;
    const { size } = await handle.stat();
    return {
      text: bytes.subarray(0, end).toString("utf8"),
      cursor: { inode, position: position + taken },
      more: taken > 0 && position + taken < size,
    };
  } finally {
    await handle.close();
  }
}

async function readUpTo(handle: FileHandle, position: number, limit: number): Promise<Buffer> {
  const buffer = Buffer.alloc(limit);
  let filled = 0;
  while (filled < limit) {
    const { bytesRead } = await handle.read(buffer, filled, limit - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

/** The file beside a log that once was it: `mail.log.1`, `mail.log-20261125`. Compressed ones are other files. */
async function findByInode(file: string, inode: string): Promise<string | undefined> {
  const folder = path.dirname(file);
  const begin = path.basename(file);
  for (const name of await readdir(folder)) {
    if (!name.startsWith(begin) || name === begin) continue;
    const other = path.join(folder, name);
    const found = await stat(other).catch(() => undefined);
    if (found && String(found.ino) === inode) return other;
  }
  return undefined;
}
