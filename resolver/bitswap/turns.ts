/** Clients that take turns: in their order, so many at once, and fewer of one sender. */
export interface Turns<T> {
  /** It has its turn when its place comes. */
  add(client: T): void;
}

/**
 * A sender may come as many clients: peer ids cost nothing, and whoever does not take what it asked for
 * holds its turn until its time is over. `serve` must not reject.
 */
export function createTurns<T extends { readonly sender: string }>(
  { atOnce, perSender, serve }: {
    atOnce: number;
    perSender: number;
    serve: (client: T) => Promise<void>;
  },
): Turns<T> {
  const waiting: T[] = [];
  const served: string[] = [];

  const mayGo = ({ sender }: T) => served.filter((one) => one === sender).length < perSender;

  function pump(): void {
    while (served.length < atOnce) {
      const place = waiting.findIndex(mayGo);
      const [client] = place < 0 ? [] : waiting.splice(place, 1);
      if (client === undefined) return;
      served.push(client.sender);
      serve(client).finally(() => {
        served.splice(served.indexOf(client.sender), 1);
        pump();
      });
    }
  }

  return {
    add(client) {
      waiting.push(client);
      pump();
    },
  };
}
