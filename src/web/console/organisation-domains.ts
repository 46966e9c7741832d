import { Router, type Request } from "express";
import { addDomain, retireDomain, showDomains } from "../../domain/organisations/domain-service.js";
import { mayDo } from "../../domain/team/permission.js";
import type { Ctx } from "../../platform/context.js";
import { DomainError } from "../../platform/errors.js";
import { asRecord } from "../forms.js";
import { ctxOf } from "../request.js";

/** Adding and ending the domains that count as an organisation's own, from its dossier. */
export function domainRoutes(): Router {
  const router = Router();
  router.post("/organisations/:id/domains", async (req, res) => {
    const back = `/console/organisations/${req.params.id}`;
    try {
      await addDomain(ctxOf(res), req.params.id, asRecord(req.body));
      res.redirect(303, `${back}?done=domain#domains`);
    } catch (error) {
      const why = error instanceof DomainError ? error.fields["domain"] : undefined;
      if (why === undefined) throw error;
      res.redirect(303, `${back}?refused=${encodeURIComponent(why.split(".").at(-1) ?? "")}#domains`);
    }
  });
  router.post("/domains/:id/retire", async (req, res) => {
    const { organisationId } = await retireDomain(ctxOf(res), req.params.id);
    res.redirect(303, `/console/organisations/${organisationId}?done=domain_retired#domains`);
  });
  return router;
}

const REFUSED: Record<string, string> = {
  domain: "Write the domain alone, such as vesta.example.",
  domain_suffix: "Anybody can register under this. Give the organisation’s own domain.",
  domain_provider: "Anybody can have an address there. It proves nothing about an organisation.",
  domain_known: "This domain stands already.",
  required: "Write the domain alone, such as vesta.example.",
  too_long: "Write the domain alone, such as vesta.example.",
  control_characters: "Write the domain alone, such as vesta.example.",
};

const SOURCES: Record<string, string> = {
  import: "from a list",
  staff: "by a colleague",
  earlier: "from before",
};

/** The domains of an organisation as its dossier shows them. */
export async function domainsView(ctx: Ctx, req: Request, organisationId: string) {
  const refused = req.query["refused"];
  const lines = await showDomains(ctx, organisationId);
  return {
    organisationId,
    mayWrite: mayDo(ctx.actor, "organisations:write"),
    refused: typeof refused === "string" && Object.hasOwn(REFUSED, refused) ? REFUSED[refused] : "",
    lines: lines.map((line) => ({
      id: line.id,
      domain: line.domain,
      source: `${SOURCES[line.source] ?? line.source}${line.confirmed_by_name ? `: ${line.confirmed_by_name}` : ""}`,
      note: line.note,
      at: line.confirmed_at,
      retiredAt: line.retired_at,
    })),
  };
}
