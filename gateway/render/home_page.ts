import { html, type Markup } from "./markup.ts";
import { plainPage } from "./plain_page.ts";

/** What differs between gateways' front pages. */
export interface HomePageContent {
  /** `https://gateway.example`, no slash at the end. */
  readonly origin: string;
  /** The welcome feed's path, `/0x…`, or null for a gateway that has none. */
  readonly welcomePath: string | null;
}

const LEAD =
  "OurSpace turns a wallet address or a domain into a page that anybody can open and a " +
  "feed that any reader can follow. Authors sign what they publish, so every gateway can show it and " +
  "none can change it.";

/** The gateway's own front page. Its form leads to `/?name=…`. */
export function homePage({ origin, welcomePath }: HomePageContent): Uint8Array<ArrayBuffer> {
  return plainPage({
    title: "OurSpace: feeds that belong to their authors",
    main: html`
      <h1>Feeds that belong to their authors</h1>
      <p class="lead">${LEAD}</p>
      <form class="open" action="/" method="get" role="search">
        <label for="name">Wallet address or domain</label>
        <div>
          <input id="name" name="name" type="text" required maxlength="255"
            placeholder="alice.example" autocapitalize="none" autocomplete="off" autocorrect="off"
            spellcheck="false">
          <button type="submit">Open</button>
        </div>
      </form>
      ${welcomePath === null ? null : welcome(welcomePath)}
      ${guides(origin)}
      <p class="beneath"><a href="/status">How this gateway is</a></p>
    `,
  });
}

function welcome(path: string): Markup {
  return html`
    <p>New here? <a href="${path}">Read the welcome feed</a>. It is published like every other.</p>
  `;
}

function guides(origin: string): Markup {
  return html`
    <div class="guides">
      <section>
        <h2>Follow somebody</h2>
        <p>Give your feed reader the address of their page. Browsers see a page there, readers get
          the feed:</p>
        <pre>${origin}/alice.example</pre>
      </section>
      <section>
        <h2>Publish</h2>
        <p>Write an RSS, Atom or JSON feed with any tool. In a copy of OurSpace’s code, sign it with
          your wallet’s key and hand it over:</p>
        <pre>npx -y deno@2.9.6 task publish feed.xml --keystore wallet.json</pre>
        <p>A folder works too, pictures and sound included. Publish again whenever you have something
          new.</p>
      </section>
      <section>
        <h2>Use your own domain</h2>
        <p>Add one record to the domain’s DNS, with your own address in it:</p>
        <pre>_ourspace.alice.example TXT "address=0x…"</pre>
        <p>Name the domain as the home page in your feed, and it is shown as verified. If the domain’s
          website leads to a gateway (an A, AAAA or CNAME record), your feed is that website.</p>
      </section>
      <section>
        <h2>Run a gateway</h2>
        <p>One command, no account, nothing to configure:</p>
        <pre>npx -y deno@2.9.6 task start</pre>
      </section>
    </div>
  `;
}
