import assert from "node:assert/strict";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { errorPage } from "../../gateway/render/error_page.ts";
import { homePage } from "../../gateway/render/home_page.ts";
import { statusPage } from "../../gateway/render/status_page.ts";
import { withChromium } from "../support/chromium.ts";
import { auditPage } from "../support/page_audit.ts";
import { type PageServer, startPageServer } from "../support/page_server.ts";
import { arabicFeed, emptyFeed, gardenFeed, unruledFeed } from "../support/sample_feeds.ts";
import { STATUSES } from "../support/statuses.ts";
import { realTest } from "../support/tools.ts";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };
/** The narrowest window without sideways scrolling (WCAG 2.2, success criterion 1.4.10). */
const NARROWEST = { width: 320, height: 568 };

const WITHOUT_XSLT = ["--disable-features=XSLT"];

/** With this set to a folder, pages are kept there as pictures for people to look at. */
const PICTURES = Deno.env.get("SCREENSHOTS");

/** Opens a page in a context of its own; everything that went wrong on the way is a fault. */
async function visit(
  browser: Browser,
  url: string,
  use: (page: Page, faults: string[]) => Promise<void>,
  options: BrowserContextOptions = {},
): Promise<void> {
  const context = await browser.newContext(options);
  try {
    const page = await context.newPage();
    const faults: string[] = [];
    page.on("console", (message) => faults.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => faults.push(`error: ${error.message}`));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) faults.push(request.url());
    });
    page.on("requestfailed", (request) => faults.push(`failed: ${request.url()}`));
    await page.goto(url, { waitUntil: "load" });
    await use(page, faults);
  } finally {
    await context.close();
  }
}

async function everyPage(server: PageServer): Promise<Record<string, string>> {
  const { origin } = server;
  const [post] = gardenFeed.items;
  assert.ok(post);
  return {
    feed: await server.addFeed("garden.example", gardenFeed, {
      domain: "garden.example",
      domainVerified: true,
      domainAuthenticated: true,
      pointer: { locations: ["https://garden.example/feed.xml"] },
    }),
    subscribe: await server.addFeed("subscribe", gardenFeed, { view: "feed" }),
    post: await server.addFeed("post", gardenFeed, { view: "post", item: post }),
    "right-to-left": await server.addFeed("arabic", arabicFeed, { stale: true }),
    "long-words": await server.addFeed("unruled", unruledFeed, { domain: "long.example" }),
    empty: await server.addFeed("empty", emptyFeed),
    home: server.addPage("/", homePage({ origin, welcomePath: "/0x0" })),
    error: server.addPage(
      "/error",
      errorPage({
        status: 504,
        title: "The content could not be fetched",
        detail: "Nobody who was asked delivered what the signed pointer names.",
        remedy: "Try 0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 in a little while.",
        roads: [{
          road: `https://${"peer".repeat(20)}.example`,
          outcome: "forged",
          reason: "Wrong.",
        }],
      }),
    ),
    ...Object.fromEntries(
      Object.entries(STATUSES).map(([name, status]) => [
        `status-${name}`,
        server.addPage(`/status/${name}`, statusPage(status)),
      ]),
    ),
  };
}

realTest(
  "chromium",
  "every page is readable by everybody, in every size and colour",
  async (t, path) => {
    await using server = startPageServer();
    const pages = await everyPage(server);
    await withChromium(path, WITHOUT_XSLT, async (browser) => {
      for (const [name, url] of Object.entries(pages)) {
        await t.step(name, async () => {
          await visit(browser, url, async (page, faults) => {
            await page.locator("details").evaluateAll((all) => {
              for (const details of all) details.setAttribute("open", "");
            });
            for (const colorScheme of ["light", "dark"] as const) {
              await page.emulateMedia({ colorScheme });
              for (const viewport of [NARROWEST, PHONE, DESKTOP]) {
                await page.setViewportSize(viewport);
                if (PICTURES !== undefined) {
                  const picture = `${PICTURES}/${name}-${viewport.width}-${colorScheme}.png`;
                  await page.screenshot({ path: picture, fullPage: true });
                }
                assert.deepEqual([...faults, ...await auditPage(page)], []);
              }
            }
          });
        });
      }
    });
  },
);

realTest(
  "chromium",
  "the page is whole without scripts, and its picture of the identity loads",
  async (_, path) => {
    await using server = startPageServer();
    const { feed = "" } = await everyPage(server);
    await withChromium(path, WITHOUT_XSLT, async (browser) => {
      await visit(browser, feed, async (page, faults) => {
        assert.equal(await page.locator("h1").textContent(), gardenFeed.title);
        assert.equal(await page.locator("article").count(), 20);
        await page.locator(".qr").scrollIntoViewIfNeeded();
        for (const image of await page.locator("img").all()) {
          await image.evaluate((element) => Reflect.get(element, "decode").call(element));
        }
        await page.locator("summary").click();
        assert.ok(await page.getByText("OurSpace pointer v1").isVisible());
        assert.deepEqual(faults, []);
      }, { javaScriptEnabled: false });
    });
  },
);

realTest(
  "chromium",
  "the keyboard reaches the posts first, then everything else",
  async (_, path) => {
    await using server = startPageServer();
    const { feed = "" } = await everyPage(server);
    await withChromium(path, WITHOUT_XSLT, async (browser) => {
      await visit(browser, feed, async (page) => {
        await page.keyboard.press("Tab");
        assert.ok(await page.getByText("Skip to the posts").isVisible());
        assert.equal(await page.locator(":focus").textContent(), "Skip to the posts");
        await page.keyboard.press("Enter");
        await page.waitForURL("**#posts");
        await page.keyboard.press("Tab");
        assert.equal(
          await page.locator("main :focus").first().textContent(),
          "Pears, and other weights",
        );
      }, { viewport: PHONE });
    });
  },
);

realTest(
  "chromium",
  "a browser that still applies XSLT makes the same page of page.xml",
  async (_, path) => {
    await using server = startPageServer();
    const pages = await everyPage(server);
    await withChromium(path, ["--enable-features=XSLT"], async (browser) => {
      for (const name of ["feed", "post", "right-to-left", "long-words", "empty"]) {
        const url = pages[name] ?? "";
        const documents: string[] = [];
        for (const address of [url, `${url}/page.xml`]) {
          await visit(browser, address, async (page) => {
            // The browser's own notice that XSLT will go.
            await page.locator("xslt-warning-banner").evaluateAll((all) => {
              for (const banner of all) banner.remove();
            });
            const html = await page.locator("html").evaluate((html) => html.outerHTML);
            documents.push(html.replaceAll(/>\s+</g, "><"));
          });
        }
        const [fromServer = "", fromBrowser = ""] = documents;
        assert.match(fromServer, /<h1/);
        assert.equal(fromBrowser, fromServer);
      }
    });
  },
);

realTest("chromium", "the audit of these tests sees what is wrong", async (_, path) => {
  await using server = startPageServer();
  const url = server.addPage(
    "/bad",
    new TextEncoder().encode(
      '<!DOCTYPE html><h1>One</h1><h1>Two</h1><h3>Three</h3><img src="/favicon.svg"><input>' +
        '<a href="#nowhere"></a><table width="2000"><tr><td><font color="#999">pale</font></table>',
    ),
  );
  await withChromium(path, [], async (browser) => {
    await visit(browser, url, async (page) => {
      const faults = (await auditPage(page)).join("\n");
      for (
        const fault of [
          /no language/,
          /no title/,
          /2 h1/,
          /0 main/,
          /no header/,
          /follows a heading of level 1/,
          /no alt/,
          /no label/,
          /nowhere/,
          /no name/,
          /px wide/,
          /"pale" has a contrast of 2\.8/,
        ]
      ) assert.match(faults, fault);
    });
  });
});
