import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "@jest/globals";
import { packageRoot } from "../../src/platform/config.js";
import {
  countryName,
  formatDate,
  formatDateTime,
  formatNumber,
  loadMessages,
  mark,
} from "../../src/platform/i18n.js";
import { browser, testApp } from "../support/app.js";

const messages = loadMessages(path.join(packageRoot, "templates"));

function sentences(): [string, string][] {
  const folder = path.join(packageRoot, "templates", "locales", "zh");
  return readdirSync(folder).flatMap((file) =>
    Object.entries(JSON.parse(readFileSync(path.join(folder, file), "utf8")) as Record<string, string>),
  );
}

describe("Chinese", () => {
  test.each(["zh", "zh-CN", "zh-Hans", "zh-Hans-SG", "zh-TW", "zh-hant-hk"])(
    "is what a reader who wishes for %s gets",
    (wish) => {
      expect(messages.match(wish)).toBe("zh");
    },
  );

  test.each(["zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "zh-TW,zh-Hant;q=0.9", "de, zh-HK;q=0.5"])(
    "is shown to a browser that asks for %s",
    async (wish) => {
      const app = await testApp();
      try {
        const page = await browser(app).get("/privacy").set("Accept-Language", wish).expect(200);
        expect(page.text).toContain('<html lang="zh" dir="ltr">');
        expect(page.text).toContain("隐私");
      } finally {
        await app.close();
      }
    },
  );

  test("writes days, hours, numbers and countries its own way", () => {
    expect(formatDate("zh", "2027-06-14")).toBe("2027年6月14日");
    expect(formatDateTime("zh", "2027-06-14T09:05:00Z")).toBe("2027年6月14日 09:05 UTC");
    expect(formatNumber("zh", 1204)).toBe("1,204");
    expect(mark("zh", ", ") + mark("zh", ": ") + mark("zh", ".")).toBe("，：。");
    expect(mark("fr", ", ")).toBe(", ");
    expect(countryName("zh", "KE")).toBe("肯尼亚");
  });

  test("uses full-width punctuation beside its characters", () => {
    const faults = sentences().filter(([, text]) =>
      /\p{Script=Han}[,;:?!]|[,;:?!](?=\p{Script=Han})|\p{Script=Han}\.(?!\w)/u.test(text),
    );
    expect(faults).toEqual([]);
  });
});
