import type {
  ConnectedPeer,
  NetworkRefusal,
  NetworkStatus,
} from "../../resolver/network/network.ts";
import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";
import type { BlockUsage } from "../../resolver/node/node.ts";
import type { FollowStatus } from "../../resolver/peers/follow.ts";
import type { PeersStatus } from "../../resolver/peers/start.ts";
import { formatBytes } from "../format_bytes.ts";
import type { NetworkView, Status, StoreStatus } from "../status/status.ts";
import { html, type Markup } from "./markup.ts";
import { plainPage } from "./plain_page.ts";
import { describeStatus } from "./status_words.ts";

/** A page lists no more connected peers than a person reads. */
const LISTED_PEERS = 20;

/** How the node is, for people, whoever they are: it names no IP address of others and no folder. */
export function statusPage(status: Status): Uint8Array<ArrayBuffer> {
  const { headline, lead, warnings } = describeStatus(status);
  const { store, onionUrl } = status;
  return plainPage({
    title: `${headline} – OurSpace`,
    main: html`
      <h1>${headline}</h1>
      <p class="lead">${lead}</p>
      ${warnings.map((warning) => html`<p class="warning">${warning}</p>`)}
      ${store === null ? null : sections(status, store)}
      ${onionUrl === null ? null : overTor(onionUrl)}
    `,
  });
}

function sections(status: Status, store: StoreStatus): Markup {
  const { network, peers, blocks, followed } = status;
  return html`
    <div class="guides">
      ${network === null ? null : addresses(network)}
      ${peers === null || peers.followed.length === 0 ? null : chosenPeers(peers)}
      ${network === null ? null : connectedPeers(network)}
      ${records(store)}
      ${blocks === null ? null : contentHeld(blocks)}
      ${followed.size === 0 ? null : feedsFollowed(followed)}
      ${network === null ? null : sinceTheStart(network, status)}
      ${network === null ? null : refusals(network.figures)}
    </div>
  `;
}

function overTor(onionUrl: string): Markup {
  return html`
    <section>
      <h2>Over Tor</h2>
      <p>What is here can be read through Tor at</p>
      <pre>${onionUrl}/</pre>
    </section>
  `;
}

function addresses({ mode, addresses, peerId }: NetworkView): Markup {
  if (mode === "client" || addresses.length === 0) {
    return html`
      <section>
        <h2>Its place in the network</h2>
        <p>This node asks others and hands them pointers. Nobody can reach it, so it has no address to
          give. It calls itself</p>
        <pre>${peerId}</pre>
      </section>
    `;
  }
  return html`
    <section>
      <h2>Join through this node</h2>
      <p>Another node joins the same network with any of these in its
        <code>BOOTSTRAP</code> setting:</p>
      ${addresses.map((address) => html`<pre>${address}</pre>`)}
    </section>
  `;
}

function chosenPeers({ followed, learned, waiting }: PeersStatus): Markup {
  return html`
    <section>
      <h2>Chosen peers</h2>
      <ul class="rows">${followed.map(peerRow)}</ul>
      ${figureList([
        ["Other nodes heard of", number(learned)],
        ["Pointers whose time has not come", number(waiting)],
      ])}
    </section>
  `;
}

function peerRow({ peer, state, taken }: FollowStatus): Markup {
  const gain = taken === 0 ? "" : ` Taken since the start: ${number(taken)}.`;
  return html`<li><strong>${peer}</strong> <span class="reason">${
    STATES[state]
  }${gain}</span></li>`;
}

const STATES: Readonly<Record<FollowStatus["state"], string>> = {
  "starting": "Not asked yet.",
  "catching-up": "Catching up.",
  "in-step": "In step.",
  "failing": "Does not answer as it should; asked less until it does.",
  "no-node": "Keeps no pointers of its own.",
};

function connectedPeers({ connected, figures }: NetworkView): Markup {
  const listed = connected.slice(0, LISTED_PEERS);
  const more = connected.length - listed.length;
  return html`
    <section>
      <h2>Nodes of the network</h2>
      ${figureList([
        ["Connected now", number(figures.connections)],
        ["In the routing table", number(figures.routingTable)],
      ])}
      ${listed.length === 0 ? null : html`
        <details>
          <summary>Who is connected</summary>
          <ul class="rows">${listed.map(connectedRow)}</ul>
          ${more === 0 ? null : html`<p class="reason">And ${number(more)} more.</p>`}
        </details>
      `}
    </section>
  `;
}

function connectedRow({ peer, server }: ConnectedPeer): Markup {
  return html`<li><code title="${peer}">${shortPeer(peer)}</code>
    <span class="reason">${server ? "holds records" : "only asks"}</span></li>`;
}

function records({ pointers, maxPointers, bytes, maxBytes }: StoreStatus): Markup {
  return html`
    <section>
      <h2>Pointers held</h2>
      ${figureList([
        ["Wallets", `${number(pointers)} of at most ${number(maxPointers)}`],
        ["Size", `${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`],
      ])}
    </section>
  `;
}

function contentHeld({ blocks, bytes, maxBytes, pinnedBytes, evicted }: BlockUsage): Markup {
  return html`
    <section>
      <h2>Content held</h2>
      ${figureList([
        ["Size on the disk", `${formatBytes(bytes)} of at most ${formatBytes(maxBytes)}`],
        ["Published or followed here", formatBytes(pinnedBytes)],
        ["Blocks", number(blocks)],
        ["Blocks that made room since the start", number(evicted)],
      ])}
    </section>
  `;
}

/** How many, not whom: anybody can open the page. */
function feedsFollowed(followed: Status["followed"]): Markup {
  return html`
    <section>
      <h2>Feeds followed</h2>
      ${figureList([...followed].map(([state, count]) => [FEED_STATES[state], number(count)]))}
    </section>
  `;
}

const FEED_STATES: Readonly<Record<FollowedFeed["state"], string>> = {
  "waiting": "Nothing published is known yet",
  "loading": "Being fetched",
  "held": "Held whole",
  "incomplete": "In part: the rest could not be fetched yet",
  "too-large": "In part: larger than MAX_FOLLOWED_BYTES",
  "no-room": "In part: the store is full",
  "wrong": "Cannot be read",
  "withdrawn": "Withdrawn by their publishers",
  "refused": "Refused by this node’s rules",
};

function sinceTheStart(
  { figures, exchanged }: NetworkView,
  { startedAt, now }: Status,
): Markup {
  const { lookUps: { found, missing, failed, milliseconds }, puts } = figures;
  const { sentBlocks, sentBytes, receivedBlocks, receivedBytes } = exchanged;
  const all = found + missing + failed;
  return html`
    <section>
      <h2>Since the start</h2>
      ${figureList([
        ["Running for", duration(now - startedAt)],
        ["Look-ups that found a pointer", number(found)],
        ["Look-ups that found none", number(missing)],
        ["Look-ups that failed", number(failed)],
        [
          "Mean time of a look-up",
          all === 0 ? "–" : `${number(Math.round(milliseconds / all))} ms`,
        ],
        ["Pointers handed to others: taken", number(puts.confirmed)],
        ["Pointers handed to others: not taken", number(puts.failed)],
        ["Content given by bitswap", amount(sentBlocks, sentBytes)],
        ["Content taken by bitswap", amount(receivedBlocks, receivedBytes)],
      ])}
    </section>
  `;
}

function refusals({ refused }: NetworkStatus): Markup | null {
  const rows = [...refused].filter(([, count]) => count > 0);
  if (rows.length === 0) return null;
  return html`
    <section>
      <h2>Records refused</h2>
      ${figureList(rows.map(([reason, count]) => [REFUSALS[reason], number(count)]))}
    </section>
  `;
}

const REFUSALS: Readonly<Record<NetworkRefusal, string>> = {
  "too-large": "Too large",
  "malformed": "Malformed",
  "other-identity": "Somebody else’s",
  "bad-signature": "Wrong signature",
  "not-valid-yet": "Time has not come",
  "not-verifiable-here": "Contract accounts’",
  "older": "Older than the one held",
  "rate-limited": "Too many from one sender",
  "full": "No room",
  "operator-rules": "By this node’s rules",
  "unknown-key": "No pointer at all",
};

function figureList(rows: readonly (readonly [term: string, value: string])[]): Markup {
  return html`
    <dl class="figures">${rows.map(([term, value]) =>
      html`
        <div>
          <dt>${term}</dt>
          <dd>${value}</dd>
        </div>
      `
    )}</dl>
  `;
}

function amount(blocks: number, bytes: number): string {
  return `${formatBytes(bytes)} in ${number(blocks)} ${blocks === 1 ? "block" : "blocks"}`;
}

/** The end tells peers apart: all ids of one kind of key begin alike. */
function shortPeer(peer: string): string {
  return peer.length <= 16 ? peer : `${peer.slice(0, 6)}…${peer.slice(-8)}`;
}

/** Whole units, the largest of which there are two. */
function duration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 2) return "less than 2 minutes";
  if (minutes < 2 * 60) return `${minutes} minutes`;
  if (minutes < 2 * 24 * 60) return `${Math.floor(minutes / 60)} hours`;
  return `${number(Math.floor(minutes / (24 * 60)))} days`;
}

function number(value: number): string {
  return value.toLocaleString("en");
}
