import type { LookUpReport } from "../../gateway/look_up_report.ts";

/** The DHT has a newer pointer than one of its nodes. */
export const REPORT: LookUpReport = {
  name: "alice.example",
  identity: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
  via: "dns",
  authenticated: true,
  milliseconds: 171,
  sources: [
    { source: "store", outcome: "none", milliseconds: 2, reason: "It knows no pointer." },
    {
      source: "dht",
      outcome: "newest",
      timestamp: "2026-01-02T00:00:00.000Z",
      milliseconds: 160,
      reason: "It gave a valid pointer.",
      peers: [
        {
          peer: "peer-1",
          outcome: "older",
          timestamp: "2026-01-01T00:00:00.000Z",
          milliseconds: 9,
        },
        { peer: "peer-2", outcome: "failed", milliseconds: 1_000 },
      ],
    },
  ],
  holders: [
    { name: "this node", kind: "here" },
    { name: "peer-1", kind: "network" },
  ],
  winner: {
    timestamp: "2026-01-02T00:00:00.000Z",
    cid: "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
    locations: ["https://alice.example/feed.xml"],
    withdrawn: false,
    because: "timestamp",
    agreeing: 1,
  },
};
