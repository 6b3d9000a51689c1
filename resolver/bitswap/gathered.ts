import type { BitswapLimits } from "./protocol.ts";

/** The memory of messages that are not complete yet, by who sends them. */
export interface Gathered {
  /** False when so many bytes more would be too many, over all or of this sender. */
  reserve(sender: string, bytes: number, isAsked: boolean): boolean;
  release(sender: string, bytes: number): void;
}

/** Nobody who was asked for nothing takes the room of an answer. */
export function createGathered(
  { gatheredBytes, gatheredAnswerBytes, gatheredQuestionBytes }: Pick<
    BitswapLimits,
    "gatheredBytes" | "gatheredAnswerBytes" | "gatheredQuestionBytes"
  >,
): Gathered {
  const senders = new Map<string, number>();
  let all = 0;

  function add(sender: string, bytes: number): void {
    const left = (senders.get(sender) ?? 0) + bytes;
    all += bytes;
    if (left > 0) senders.set(sender, left);
    else senders.delete(sender);
  }

  return {
    reserve(sender, bytes, isAsked) {
      const ofAll = isAsked ? gatheredBytes : gatheredBytes / 2;
      const ofSender = isAsked ? gatheredAnswerBytes : gatheredQuestionBytes;
      if (all + bytes > ofAll || (senders.get(sender) ?? 0) + bytes > ofSender) return false;
      add(sender, bytes);
      return true;
    },
    release: (sender, bytes) => add(sender, -bytes),
  };
}
