import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { explainMail, type Explained } from "../../domain/inbound/desk-service.js";
import { replyText } from "../../domain/inbound/reply-text.js";
import { invalid } from "../../platform/errors.js";
import { MailParser } from "../../platform/mail-parser.js";
import { emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { ctxOf } from "../request.js";
import { mailUpload } from "../uploads.js";
import { CLASS_WORDS, recipientWords } from "./inbox-words.js";
import { consolePage, onlyFor } from "./layout.js";

/** Explaining any mail that somebody has at hand. Nothing of it is kept. */
export function explainRoutes(app: App): Router {
  const router = Router();
  router.get("/inbox/explain", onlyFor("messages:read"), (req, res) => show(app, req, res, emptyForm()));
  router.post("/inbox/explain", onlyFor("messages:read"), mailUpload(), async (req, res) => {
    const pasted = fieldText(req.body, "mail");
    await withForm(
      req.body,
      async () => {
        const raw = req.file?.buffer ?? Buffer.from(pasted);
        if (raw.toString("latin1").trim() === "")
          throw invalid("inbound.mail", { mail: "errors.inbound.mail" });
        const parser = new MailParser();
        try {
          show(app, req, res, emptyForm({ mail: pasted }), await explainMail(ctxOf(res), parser, raw));
        } finally {
          await parser.close();
        }
      },
      (form) => show(app, req, res, form),
    );
  });
  return router;
}

function show(app: App, req: Request, res: Response, form: FormState, explained?: Explained): void {
  const isRefused = Object.keys(form.errors).length > 0;
  consolePage(
    app,
    req,
    res,
    "console/inbox-explain",
    {
      title: "Explain a mail",
      values: { mail: form.values["mail"] ?? "" },
      errors: form.errors,
      result: explained ? resultView(app, explained) : "",
    },
    { status: isRefused ? 422 : 200 },
  );
}

function resultView(app: App, { mail, said, why }: Explained): Record<string, unknown> {
  const shown = CLASS_WORDS[said?.class ?? "unclassified"];
  const auto = said?.autoReply;
  return {
    shown,
    why,
    subject: mail?.subject ?? "",
    from: [mail?.from?.name, mail?.from?.address].filter(Boolean).join(", "),
    evidence: said?.evidence ?? [],
    recipients: (said?.recipients ?? []).map(recipientWords),
    until: auto?.until ? app.messages.t("en", "inbound.day", { day: new Date(auto.until) }) : "",
    successor: [auto?.replacement?.name, auto?.replacement?.email].filter(Boolean).join(", "),
    ids: said?.originalMessageIds ?? [],
    fresh: mail ? replyText(mail.text).fresh : "",
  };
}
