import { LRUCache } from "lru-cache";
import { identityKey } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { SourceAnswer } from "./ask_source.ts";
import { saidNone } from "./conclude.ts";
import type { Clock, PointerSource } from "./contracts.ts";
import { abortable, type Alarm, deadline } from "./deadline.ts";
import { relation } from "./select.ts";
import type { Verifier } from "./verify.ts";
import type { WalkState } from "./walk.ts";

/** How long a source may take to store what it is sent. */
const OFFER_MILLISECONDS = 5_000;

/** A source that did not keep a pointer, or cannot, is not sent the same one again for so long. */
const REPEAT_MILLISECONDS = 60_000;

/** Sources and identities for which the last offer is remembered. */
const MAX_REMEMBERED = 2_000;

/** Walks whose laggards are corrected at the same time; those of further walks wait for their next. */
const MAX_ROUNDS = 256;

/** What corrections are made with. */
export interface CorrectionOptions {
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Ends all of it. */
  readonly signal: AbortSignal;
  /** A source turned out to hold a greater pointer than the one it was sent. */
  readonly onGreater: (pointer: VerifiedPointer) => void;
  /** A source could not be corrected; nothing else comes of it. */
  readonly onFailure: (source: string, error: unknown) => void;
}

/** Sends a walk's greatest pointer to the sources that lag behind it. Never throws. */
export type Corrections = (state: WalkState) => void;

/** Remembers who was sent what, so that a source that cannot keep it is not asked all the time. */
export function createCorrections(options: CorrectionOptions): Corrections {
  const { verifier, clock, alarm, onGreater, onFailure } = options;
  const lastOffers = new LRUCache<string, { text: string; at: number }>({ max: MAX_REMEMBERED });
  let rounds = 0;

  /** True once in a while for one source and text. */
  function isDue(source: PointerSource, { identity, text }: VerifiedPointer): boolean {
    const key = `${source.id} ${identityKey(identity)}`;
    const last = lastOffers.get(key);
    const now = clock();
    if (last?.text === text && now - last.at < REPEAT_MILLISECONDS) return false;
    lastOffers.set(key, { text, at: now });
    return true;
  }

  async function offer(source: PointerSource, pointer: VerifiedPointer): Promise<void> {
    using limit = deadline(OFFER_MILLISECONDS, { parent: options.signal, alarm });
    try {
      const { signal } = limit;
      const offered = Promise.try(() => source.offer?.(pointer, { signal }));
      const answer = await abortable(offered, signal);
      if (answer === undefined) return;
      const held = await abortable(verifier.verify(answer, pointer.identity), signal);
      if (relation(held, pointer) === "greater") onGreater(held);
    } catch (error) {
      onFailure(source.id, error);
    }
  }

  async function correct(pointer: VerifiedPointer, laggards: PointerSource[]): Promise<void> {
    rounds++;
    await Promise.all(laggards.map((source) => offer(source, pointer)));
    rounds--;
  }

  return ({ greatest, answers }) => {
    if (greatest === null || rounds >= MAX_ROUNDS) return;
    const laggards = answers.filter((answer) => lags(answer, greatest))
      .map((answer) => answer.source)
      .filter((source) => source.offer !== undefined && isDue(source, greatest));
    if (laggards.length > 0) void correct(greatest, laggards);
  };
}

/** Judged by the signed text: another signature under the same text is no reason to correct anyone. */
function lags(answer: SourceAnswer, greatest: VerifiedPointer): boolean {
  if (answer.greatest === null) return saidNone(answer);
  return relation(answer.greatest, greatest) === "lesser";
}
