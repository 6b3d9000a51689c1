import { type Browser, chromium } from "playwright-core";

/** Chromium must ask nobody for anything but what a test opens. */
const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/**
 * Runs a headless Chromium with a profile of its own, e.g. with `--disable-features=XSLT`, and ends it.
 * `path` is the program, as `realTest("chromium", …)` gives it.
 */
export async function withChromium(
  path: string,
  args: readonly string[],
  use: (browser: Browser) => Promise<void>,
): Promise<void> {
  const browser = await chromium.launch({
    executablePath: path,
    args: [...QUIET, ...args],
    timeout: 60_000,
  });
  try {
    await use(browser);
  } finally {
    await browser.close();
  }
}
