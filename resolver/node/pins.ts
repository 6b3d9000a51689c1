import { CID } from "multiformats/cid";
import type { Clock } from "../contracts.ts";
import type { BlockDatabase } from "./block_database.ts";
import type { BlockIndex } from "./block_index.ts";
import type { Pins } from "./node.ts";
import { atomically } from "./statements.ts";

/** Pins that are let go at a stretch: 20 ms on a busy machine, then others have their turn. */
const STRETCH = 1_000;

/**
 * Over the tables `roots` and `pins`. A pin is written before its block's file, so that a kill between
 * the two leaves a pin without a block, and never a block that is wanted and may be evicted.
 */
export function createPins(
  { connection }: BlockDatabase,
  { index, clock }: { index: BlockIndex; clock: Clock },
): Pins {
  const { guarded } = index;
  const begin = connection.prepare(
    "INSERT INTO roots VALUES (?, 0, ?) ON CONFLICT (root) DO NOTHING",
  );
  const insert = connection.prepare("INSERT OR IGNORE INTO pins VALUES (?, ?)");
  const mark = connection.prepare("UPDATE blocks SET pinned = 1 WHERE cid = ? AND pinned = 0");
  const complete = connection.prepare("UPDATE roots SET complete = ?2 WHERE root = ?1");
  const root = connection.prepare("SELECT complete FROM roots WHERE root = ?");
  const roots = connection.prepare("SELECT * FROM roots ORDER BY since, root");
  const rootsOf = connection.prepare("SELECT root FROM pins WHERE cid = ?");
  const some = connection.prepare("SELECT cid FROM pins WHERE root = ? LIMIT ?");
  const remove = connection.prepare("DELETE FROM pins WHERE root = ? AND cid = ?");
  const unmark = connection.prepare(
    `UPDATE blocks SET pinned = 0
     WHERE cid = ?1 AND NOT EXISTS (SELECT 1 FROM pins WHERE cid = ?1)`,
  );
  const forget = connection.prepare("DELETE FROM roots WHERE root = ?");
  const releasing = new Set<string>();

  /** True when it was the last of them. */
  function releaseSome(name: string): boolean {
    return atomically(connection, () => {
      complete.run(name, 0);
      const cids = some.all(name, STRETCH).map((row) => String(row["cid"]));
      for (const cid of cids) {
        remove.run(name, cid);
        unmark.run(cid);
      }
      const last = cids.length < STRETCH;
      if (last) forget.run(name);
      return last;
    });
  }

  return {
    add: (of, cid) =>
      void guarded(() =>
        atomically(connection, () => {
          const name = cid.toV1().toString();
          // Somebody wants it again, from the beginning: what is still pinned stays.
          releasing.delete(of.toString());
          begin.run(of.toString(), Math.trunc(clock()));
          if (insert.run(of.toString(), name).changes > 0) mark.run(name);
          return true;
        })
      ),
    complete(of) {
      guarded(() => {
        begin.run(of.toString(), Math.trunc(clock()));
        complete.run(of.toString(), 1);
      });
    },
    isComplete: (of) => guarded(() => root.get(of.toString()))?.["complete"] === 1,
    rootsOf: (cid) =>
      guarded(() => rootsOf.all(cid.toV1().toString())).map((row) =>
        CID.parse(String(row["root"]))
      ),
    async release(of) {
      const name = of.toString();
      releasing.add(name);
      while (releasing.has(name) && !guarded(() => releaseSome(name))) {
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      releasing.delete(name);
    },
    all: () =>
      guarded(() => roots.all()).map((row) => ({
        root: CID.parse(String(row["root"])),
        complete: row["complete"] === 1,
        since: Number(row["since"]),
      })),
    sync: () => void guarded(() => connection.exec("PRAGMA wal_checkpoint")),
    settle: index.settle,
  };
}
