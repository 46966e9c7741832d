/** Where the next page of a list in order of time begins. */
export interface Cursor {
  at: Date;
  id: string;
}

const CURSOR = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z)_([0-9a-f-]{36})$/;

/** The cursor of the page after a row. */
export function writeCursor(at: Date, id: string): string {
  return `${at.toISOString()}_${id}`;
}

/** Reads a cursor back; one that we never gave out begins at the start. */
export function readCursor(text: string | undefined): Cursor | undefined {
  const [, time, id] = CURSOR.exec(text ?? "") ?? [];
  if (!time || !id) return undefined;
  const at = new Date(time);
  return Number.isNaN(at.getTime()) ? undefined : { at, id };
}
