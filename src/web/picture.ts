import type { Response } from "express";

/** Answers with a picture of ours: of a fixed type, not to be sniffed, and shown in a sandbox where somebody opens it by itself. */
export function sendPicture(res: Response, { bytes, type }: { bytes: Buffer; type: string }): void {
  res.set({
    "Content-Type": type,
    "Content-Disposition": 'inline; filename="logo.png"',
    "Content-Security-Policy": "default-src 'none'; script-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
  });
  res.send(bytes);
}
