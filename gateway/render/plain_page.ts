import { html, type Markup } from "./markup.ts";

/** A page of the gateway's own, in English, with the look of the feeds' pages. */
export function plainPage(page: {
  readonly title: string;
  readonly main: Markup;
}): Uint8Array<ArrayBuffer> {
  const document = html`
    <!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>${page.title}</title>
        <link rel="stylesheet" href="/page.css">
        <link rel="icon" type="image/svg+xml" href="/favicon.svg">
      </head>
      <body class="plain">
        <header class="brand">
          <a href="/"><img src="/favicon.svg" alt="" width="32" height="32">OurSpace</a>
        </header>
        <main>${page.main}</main>
      </body>
    </html>
  `;
  return new TextEncoder().encode(document.text.trimStart());
}
