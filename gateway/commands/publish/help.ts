/** What `--help` prints. */
export const HELP = `Publish a feed under your Ethereum account, or change what is published.

  deno task publish <feed file or folder> [options]
  deno task publish --withdraw [options]

A folder is published whole; its feed is the first of feed.xml, index.xml, rss.xml, atom.xml and
feed.json. Pictures and other files beside it are found by relative links.

Who signs (one of these; the account needs no coins, signing is free):
  --key-file FILE         private key in hexadecimal
  --keystore FILE         Web3 keystore file; the password comes from --password-file FILE, from
                          OURSPACE_KEYSTORE_PASSWORD, or is asked for
  --rpc URL               JSON-RPC endpoint with personal_sign: a wallet, a hardware wallet's bridge
  --signature 0x…         signature made elsewhere over the text that --dry-run printed; needs
                          --account and --timestamp
  OURSPACE_PRIVATE_KEY    private key in the environment

Options:
  --account 0x…           the account that must have signed; with --rpc, the one to use
  --timestamp TIME        with --signature: the time in the text, as --dry-run printed it
  --location URL          where the very same bytes can be had too (https, http, magnet); up to 8.
                          A folder, or a feed over 1 MiB, has to be there as a CAR file
  --car FILE              write the content as a CAR file as well, to be put at a location
  --onion [URL]           add where your node serves it behind your onion service, http://….onion;
                          without URL the one in ONION_URL
  --withdraw              tell everybody that the feed is gone; you can publish again later
  --dry-run               print the text to be signed, and publish nothing
  --yes, -y               do not ask
  --help, -h              this text

The content goes into your own node (running or not) and, if KUBO_RPC_URL is set, into Kubo; the
pointer goes to your node, to PEERS and into the pointer network. The settings are the gateway's.

Exit status: 0 published, 1 not published, 2 wrong arguments, 130 stopped.`;
