import type { Response } from "express";

/**
 * Answers with the HTML of a mail for a sandboxed frame on one of our own pages: no scripts, no images, nothing from
 * anywhere, its own inline styles only. Links open in a new tab.
 */
export function sendMailFrame(res: Response, html: string): void {
  res.set({
    "Content-Security-Policy":
      "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; " +
      "sandbox allow-popups allow-popups-to-escape-sandbox",
    "X-Frame-Options": "SAMEORIGIN",
    "Cache-Control": "no-store",
  });
  res.type("html").send(html.replace("<head>", '<head>\n<base target="_blank">'));
}
