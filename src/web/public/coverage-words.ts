import type { App } from "../../app.js";
import type { Coverage } from "../../domain/publication/coverage.js";
import { formatNumber } from "../../platform/i18n.js";

/** What the letter's page says of the coverage; undefined where no signatory has a figure. */
export function coverageView(app: App, lang: string, { value, until, total, share }: Coverage) {
  if (value === 0) return undefined;
  const t = app.messages.t.bind(undefined, lang);
  const part = share !== null && share > 0 && total !== null ? { share, total } : undefined;
  return {
    words: part
      ? t("figures.public.share", {
          share: formatNumber(lang, part.share, { style: "percent", maximumFractionDigits: 1 }),
        })
      : t("figures.public.number", { value }),
    of: part ? t("figures.public.of", { value, total: part.total.value }) : "",
    source: part?.total.source ?? "",
    sourceHref: part?.total.source_url ?? "",
    date: part ? utc(part.total.as_of) : null,
    latest: until === null ? null : utc(until),
  };
}

function utc(day: string): Date {
  return new Date(`${day}T00:00:00Z`);
}
