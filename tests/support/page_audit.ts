import type { Page } from "playwright-core";
import source from "./page_audit.js" with { type: "text" };

/**
 * What is wrong with the page that is open, as sentences: language, landmarks, order of headings, names
 * of what can be used, texts for pictures, width, and the contrast of every text (WCAG 2.2, level AA) in
 * each of the colours that an identity can have.
 */
export async function auditPage(page: Page): Promise<string[]> {
  return await page.evaluate<string[]>(source);
}
