import { Router, type Request, type Response } from "express";
import type { App } from "../../app.js";
import { requestSignIn } from "../../domain/mail/sign-in-service.js";
import { lookAtSignInLink, signIn, signOut } from "../../domain/team/service.js";
import { asRecord, emptyForm, fieldText, withForm, type FormState } from "../forms.js";
import { SIGN_IN_POSTS, limitPosts } from "../middleware/rate-limit.js";
import { clearSessionCookie, setSessionCookie } from "../middleware/session.js";
import { ownPath } from "../own-path.js";
import { page } from "../pages.js";
import { ctxOf, sessionIdOf } from "../request.js";

const START = "/console";

/** How staff comes in: asks for a link, opens it, presses the button. Open to those who are not signed in. */
export function signInRoutes(app: App): Router {
  const router = Router();
  const limit = limitPosts(app, SIGN_IN_POSTS);

  router.get("/sign-in", (req, res) => showForm(app, req, res, emptyForm()));
  router.post("/sign-in", limit, async (req, res) => {
    const email = fieldText(req.body, "email");
    const { next } = asRecord(req.body);
    await withForm(
      req.body,
      async () => {
        await requestSignIn(ctxOf(res), { email }, ownPath(next, START));
        res.redirect(303, "/console/sign-in?sent=1");
      },
      (form) => showForm(app, req, res, form, 422),
    );
  });

  router.get("/sign-in/:token", async (req, res) => {
    const verdict = await lookAtSignInLink(ctxOf(res), req.params.token);
    const next = ownPath(req.query["next"], START);
    if (verdict === "used" && ctxOf(res).actor.kind === "staff") return res.redirect(303, next ?? START);
    const view = {
      title: "Sign in",
      usable: verdict === "usable",
      used: verdict === "used",
      next: next ?? "",
    };
    page(app, req, res, "personal/sign-in-link", view, { lang: "en", status: view.usable ? 200 : 410 });
  });
  router.post("/sign-in/:token", limit, async (req, res) => {
    const { cookie, maxAge } = await signIn(ctxOf(res), String(req.params["token"]), sessionIdOf(res));
    setSessionCookie(app, res, cookie, maxAge);
    res.redirect(303, ownPath(asRecord(req.body)["next"], START) ?? START);
  });

  router.post("/sign-out", async (_req, res) => {
    const sessionId = sessionIdOf(res);
    if (sessionId) await signOut(ctxOf(res), sessionId);
    clearSessionCookie(app, res);
    res.redirect(303, "/console/sign-in?out=1");
  });
  return router;
}

function showForm(app: App, req: Request, res: Response, form: FormState, status = 200): void {
  const sent = req.query["sent"] === "1";
  const notice = req.query["out"] === "1" ? "You are signed out." : "";
  const next = ownPath(req.query["next"] ?? form.values["next"], START) ?? "";
  const view = { title: "Sign in", sent, notice, next, ...form };
  page(app, req, res, "personal/sign-in", view, { lang: "en", status });
}
