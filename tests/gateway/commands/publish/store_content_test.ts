import assert from "node:assert/strict";
import { storeContent } from "../../../../gateway/commands/publish/store_content.ts";
import { buildFileDag } from "../../../../resolver/content/dag_builder.ts";
import { OutboundError } from "../../../../resolver/errors.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { appOutbound } from "../../../support/app_outbound.ts";
import { CALL } from "../../../support/content.ts";
import { memoryFile, patterned } from "../../../support/source_files.ts";
import { testTerminal } from "../../../support/terminal.ts";

Deno.test("a node that ends while it is given the content is told with what to do", async () => {
  const dag = await buildFileDag(memoryFile("feed.xml", patterned(100)), CALL);
  const store = () => Promise.reject(new OutboundError("It broke.", { reason: "connection" }));
  const tools = { terminal: testTerminal(), outbound: appOutbound({}), tor: null };
  const stored = storeContent(
    dag,
    { locations: [], carFile: null },
    { own: { name: "your node", store }, others: [] },
    tools,
    CALL,
  );
  await assert.rejects(stored, (error: unknown) => {
    assert.ok(error instanceof OurSpaceError);
    assert.match(error.message, /Nothing was published: your node did not take the content/);
    assert.match(error.remedy, /It cannot be reached\. .*publish again/);
    return true;
  });
});
