import assert from "node:assert/strict";
import { createXsltEngine, type XsltEngine, XsltError } from "../../../gateway/render/xslt.ts";

const NAMESPACE = 'xmlns:xsl="http://www.w3.org/1999/XSL/Transform"';
const CALL = { signal: new AbortController().signal };

const sheet = (body: string) =>
  `<xsl:stylesheet version="1.0" ${NAMESPACE}><xsl:output method="html"/>${body}</xsl:stylesheet>`;
const matchRoot = (body: string) => sheet(`<xsl:template match="/">${body}</xsl:template>`);
const ECHO = matchRoot('<p><xsl:value-of select="."/></p>');
const CALL_RUNAWAY = '<xsl:call-template name="runaway"/>';
const RUNAWAY = matchRoot(
  `<xsl:choose><xsl:when test="/run">${CALL_RUNAWAY}</xsl:when>` +
    '<xsl:otherwise><p><xsl:value-of select="."/></p></xsl:otherwise></xsl:choose>',
).replace(
  "</xsl:stylesheet>",
  `<xsl:template name="runaway"><b>${CALL_RUNAWAY}</b></xsl:template></xsl:stylesheet>`,
);

const bytes = (text: string) => new TextEncoder().encode(text);
const transform = async (engine: XsltEngine, xml: string, call = CALL) =>
  new TextDecoder().decode(await engine.transform(bytes(xml), call)).trim();
const failsWith = (reason: XsltError["reason"]) => (error: unknown) =>
  error instanceof XsltError && error.reason === reason;

async function withEngine(
  options: Parameters<typeof createXsltEngine>[0],
  use: (engine: XsltEngine) => Promise<void>,
): Promise<void> {
  const engine = createXsltEngine(options);
  try {
    await use(engine);
  } finally {
    engine.close();
  }
}

Deno.test("a document is transformed, and text stays text", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    assert.equal(
      await transform(engine, "<a>é &lt;i&gt; &amp; 🌍</a>"),
      "<p>é &lt;i&gt; &amp; 🌍</p>",
    );
  });
});

Deno.test("documents that come at once are answered each with its own page", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const pages = await Promise.all(numbers.map((n) => transform(engine, `<a>${n}</a>`)));
    assert.deepEqual(pages, numbers.map((n) => `<p>${n}</p>`));
  });
});

Deno.test("a document larger than the engine's first memory is transformed whole", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    const text = "0123456789".repeat(1_000_000);
    assert.equal(
      (await transform(engine, `<a>${text}</a>`)).length,
      text.length + "<p></p>".length,
    );
    assert.equal(await transform(engine, "<a>after it</a>"), "<p>after it</p>");
  });
});

Deno.test("a malformed document is a fault that says why, and the next document is fine", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    assert.equal(await transform(engine, "<a>before</a>"), "<p>before</p>");
    await assert.rejects(transform(engine, "<a>"), (error) => {
      assert.ok(failsWith("fault")(error) && error instanceof XsltError);
      assert.match(String(error.cause), /Premature end of data in tag a/);
      return true;
    });
    assert.equal(await transform(engine, "<a>after &amp; on</a>"), "<p>after &amp; on</p>");
  });
});

Deno.test("bytes that are no UTF-8 are a fault", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    const xml = new Uint8Array([...bytes("<a>"), 0xff, ...bytes("</a>")]);
    await assert.rejects(engine.transform(xml, CALL), failsWith("fault"));
  });
});

Deno.test("runaway recursion is ended in time, and the page after it still escapes its text", async () => {
  await withEngine({ stylesheet: RUNAWAY, transformDeadline: 300 }, async (engine) => {
    await assert.rejects(
      transform(engine, "<run/>"),
      (error) => failsWith("timeout")(error) || failsWith("fault")(error),
    );
    assert.equal(await transform(engine, "<a>&lt;script&gt;</a>"), "<p>&lt;script&gt;</p>");
  });
});

Deno.test("a page that takes too long delays the next one no longer than its deadline", async () => {
  await withEngine({ stylesheet: RUNAWAY, transformDeadline: 200 }, async (engine) => {
    const slow = [1, 2].map(() => assert.rejects(transform(engine, "<run/>")));
    const next = transform(engine, "<a>next</a>");
    await Promise.all(slow);
    assert.equal(await next, "<p>next</p>");
  });
});

for (
  const [what, stylesheet] of [
    ["document()", (url: string) => matchRoot(`<xsl:value-of select="document('${url}')"/>`)],
    [
      "xsl:import",
      (url: string) => sheet("").replace("<xsl:output", `<xsl:import href="${url}"/>$&`),
    ],
    ["xsl:include", (url: string) => sheet(`<xsl:include href="${url}"/>`)],
  ] as const
) {
  Deno.test(`${what} reaches neither the network nor a file`, async () => {
    let requests = 0;
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, () => {
      requests++;
      return new Response("<secret>told</secret>", { headers: { "Content-Type": "text/xml" } });
    });
    const file = await Deno.makeTempFile({ suffix: ".xml" });
    await Deno.writeTextFile(file, "<secret>told</secret>");
    try {
      for (const url of [`http://127.0.0.1:${server.addr.port}/`, file, `file://${file}`]) {
        await withEngine({ stylesheet: stylesheet(url) }, async (engine) => {
          const page = await transform(engine, "<a/>").catch((error) => {
            assert.ok(failsWith("fault")(error));
            return "";
          });
          assert.doesNotMatch(page, /told/);
        });
      }
      assert.equal(requests, 0);
    } finally {
      await Deno.remove(file);
      await server.shutdown();
    }
  });
}

Deno.test("an external entity is not read", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, "told");
  try {
    await withEngine({ stylesheet: ECHO }, async (engine) => {
      const xml = `<!DOCTYPE a [<!ENTITY e SYSTEM "file://${file}">]><a>&e;</a>`;
      const page = await transform(engine, xml).catch(() => "");
      assert.doesNotMatch(page, /told/);
    });
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("a stylesheet that is none is a fault each time", async () => {
  await withEngine({ stylesheet: "<a/>" }, async (engine) => {
    await assert.rejects(transform(engine, "<a/>"), failsWith("fault"));
    await assert.rejects(transform(engine, "<a/>"), failsWith("fault"));
  });
});

Deno.test("input and output have limits", async () => {
  await withEngine({ stylesheet: ECHO, maxInput: 20, maxOutput: 10 }, async (engine) => {
    await assert.rejects(transform(engine, "<a>this is too long</a>"), failsWith("too-large"));
    await assert.rejects(transform(engine, "<a>12345</a>"), failsWith("fault"));
    assert.equal(await transform(engine, "<a>1</a>"), "<p>1</p>");
  });
});

Deno.test("more documents than may wait are refused at once", async () => {
  await withEngine({ stylesheet: ECHO, maxUnderWay: 2 }, async (engine) => {
    const first = transform(engine, "<a>1</a>");
    const second = transform(engine, "<a>2</a>");
    await assert.rejects(transform(engine, "<a>3</a>"), failsWith("busy"));
    assert.deepEqual(await Promise.all([first, second]), ["<p>1</p>", "<p>2</p>"]);
    assert.equal(await transform(engine, "<a>4</a>"), "<p>4</p>");
  });
});

Deno.test("a caller that gives up while it waits holds nobody up", async () => {
  await withEngine({ stylesheet: ECHO }, async (engine) => {
    const giveUp = new AbortController();
    const first = transform(engine, "<a>1</a>");
    const second = transform(engine, "<a>2</a>", { signal: giveUp.signal });
    const third = transform(engine, "<a>3</a>");
    giveUp.abort(new Error("gone"));
    await assert.rejects(second, /gone/);
    assert.deepEqual(await Promise.all([first, third]), ["<p>1</p>", "<p>3</p>"]);
  });
});

Deno.test("closing fails what waits and what comes", async () => {
  const engine = createXsltEngine({ stylesheet: RUNAWAY });
  const running = transform(engine, "<run/>");
  const queued = transform(engine, "<a/>");
  engine.close();
  await assert.rejects(running, failsWith("closed"));
  await assert.rejects(queued, failsWith("closed"));
  await assert.rejects(transform(engine, "<a/>"), failsWith("closed"));
});

Deno.test("an idle engine lets the process end, without permissions of its own", async () => {
  const program = `
    import { createXsltEngine } from "${import.meta.resolve("../../../gateway/render/xslt.ts")}";
    const engine = createXsltEngine({ stylesheet: ${JSON.stringify(ECHO)}, idleTime: 1 });
    const xml = new TextEncoder().encode("<a>once</a>");
    const page = await engine.transform(xml, { signal: new AbortController().signal });
    console.log(new TextDecoder().decode(page));
  `;
  const config = new URL("../../../deno.json", import.meta.url).pathname;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/program.ts`, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-prompt", "--config", config, `${folder}/program.ts`],
      env: { DENO_NO_UPDATE_CHECK: "1" },
      signal: AbortSignal.timeout(180_000),
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assert.equal(code, 0, text);
    assert.match(text, /<p>once<\/p>/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
