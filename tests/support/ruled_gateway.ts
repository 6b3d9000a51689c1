import { createTestClock } from "./clock.ts";
import { eventually } from "./eventually.ts";
import { listFile } from "./rule_lists.ts";
import { openTestGateway, type TestGateway } from "./test_gateway.ts";

/** A gateway whose operator has a list. */
export interface RuledGateway extends AsyncDisposable {
  readonly test: TestGateway;
  /** Writes the list anew and lets the time pass in which that is seen. */
  list(...lines: string[]): Promise<void>;
}

/** With a list that is empty at first. */
export async function openRuledGateway(
  setting: "DENYLIST" | "ALLOWLIST",
  environment: Record<string, string> = {},
  lines: readonly string[] = [],
): Promise<RuledGateway> {
  const file = await listFile(["# A list", ...lines].join("\n"));
  const clock = createTestClock();
  const test = await openTestGateway({
    environment: { [setting]: file.path, ...environment },
    alarm: clock.alarm,
  });
  return {
    test,
    async list(...lines) {
      await file.replace(["# A list", ...lines].join("\n"));
      for (let look = 0; look < 2; look++) {
        await clock.advance(1_000);
        await eventually("the look has ended", () => clock.pending() === 1, { pause: 1 });
      }
    },
    async [Symbol.asyncDispose]() {
      await test[Symbol.asyncDispose]();
      await file[Symbol.asyncDispose]();
    },
  };
}
