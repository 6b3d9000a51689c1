import type { Feed, Item } from "../../schemas/feed.ts";

const NOTHING = { authors: [], categories: [], enclosures: [] };
const PICTURE = "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy/garden.svg";

const ARTICLE = `
<p>The pears came early this year. I had <em>meant</em> to thin them in June, and did not, so now the
<a href="https://example.com/branches">lower branches</a> lean on the fence like neighbours.</p>
<h2>What I tried</h2>
<ul><li>Props of hazel, cut in spring.</li><li>A net, until the wren found it.</li></ul>
<blockquote><p>A garden is a slow argument with the weather.</p></blockquote>
<figure><img src="${PICTURE}" alt="Rows of beans beside a path" width="640" height="360">
<figcaption>The beans, a week before the hail.</figcaption></figure>
<pre><code>rain_gauge --since 2026-08-01 --unit mm --location "behind the shed" --format table --quiet</code></pre>
<table><tr><th>Month</th><th>Rain</th><th>Frost nights</th></tr>
<tr><td>August</td><td>41 mm</td><td>0</td></tr><tr><td>September</td><td>88 mm</td><td>1</td></tr></table>
<p>Use <code>--quiet</code> if you keep chickens.</p>`;

function post(number: number, fields: Partial<Item>): Item {
  const day = new Date(Date.UTC(2026, 9, 30) - number * 86_400_000).toISOString();
  return {
    ...NOTHING,
    guid: `urn:sample:${number}`,
    id: `sample${String(number).padStart(20, "a")}`,
    published: day,
    ...fields,
  };
}

/** Everything that a page can show: articles, notes, pictures, sound, film, files, old posts. */
export const gardenFeed: Feed = {
  title: "Notes from a Small Garden",
  description:
    "Vegetables, weather and the animals that come for both. Written in Kent since 2011.",
  language: "en",
  link: "https://garden.example/",
  authors: [{ name: "Alice Underhill", url: "https://garden.example/about" }],
  items: [
    post(0, {
      title: "Pears, and other weights",
      html: ARTICLE,
      link: "https://garden.example/pears",
      updated: "2026-10-31T09:00:00.000Z",
      authors: [{ name: "Alice Underhill", url: "https://garden.example/about" }],
      categories: ["fruit", "weather & luck"],
    }),
    post(1, { html: "<p>Frost tonight. Bring in the lemons! <strong>All of them.</strong></p>" }),
    post(2, {
      title: "Episode 12: Talking to bees",
      summary: "An hour with Tom, who keeps forty hives on a roof in Margate.",
      html: "<p>An hour with Tom, who keeps forty hives on a roof in Margate.</p>",
      enclosures: [
        {
          url: "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy/bees.mp3",
          mediaType: "audio/mpeg",
          length: 48_211_003,
          duration: 3_722,
          title: "Talking to bees",
        },
        {
          url: "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy/notes.pdf",
          mediaType: "application/pdf",
          length: 120_400,
        },
      ],
    }),
    post(3, {
      title: "The hedge in one minute",
      summary: "Film, no sound.",
      image: { url: PICTURE, alt: "A hedge at dusk" },
      enclosures: [{
        url: "/ipfs/bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy/hedge.mp4",
        mediaType: "video/mp4",
        length: 9_100_000,
        duration: 61,
      }],
    }),
    ...Array.from({ length: 26 }, (_, index) =>
      post(4 + index, {
        title: `Week ${40 - index} in the garden`,
        html: "<p>Sowed, weeded, watered, waited. The usual order, and the usual result.</p>",
      })),
  ],
};

/** Written from right to left, with a post from left to right in it. */
export const arabicFeed: Feed = {
  title: "مدونة البستان",
  description: "خواطر يومية عن الزراعة والكتب والقهوة، تُكتب كل صباح.",
  language: "ar",
  authors: [{ name: "ليلى حداد" }],
  items: [
    post(0, {
      title: "رائحة المطر الأول",
      html: "<p>استيقظت قبل الفجر على صوت المطر، وكانت رائحة التراب تملأ البيت. " +
        'كتبت عن ذلك <a href="https://example.com/">من قبل</a>، ولكنني أكتب عنه مرة أخرى.</p>' +
        "<ul><li>النعناع عاد إلى الحياة</li><li>الياسمين أزهر</li></ul>" +
        "<blockquote><p>من زرع حصد.</p></blockquote>",
    }),
    post(1, {
      title: "A letter from Lisbon",
      language: "en",
      html: "<p>Dear Layla, the figs here are smaller, and sweeter.</p>",
    }),
  ],
};

/** No titles, no language, words without end. */
export const unruledFeed: Feed = {
  title: "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
  description: "https://example.com/" + "a-very-long-path-without-any-break".repeat(6),
  authors: [],
  items: [
    post(0, { html: `<p>${"0123456789abcdef".repeat(20)}</p>` }),
    post(1, { html: "<p>שלום עולם</p>" }),
    post(2, {
      html: `<pre>${"x".repeat(400)}</pre><table><tr><td>${"wide ".repeat(80)}</td></tr></table>`,
    }),
    post(3, { title: '<script>alert(1)</script> & "quotes"', summary: "1 < 2 & 3 > 2" }),
  ],
};

export const emptyFeed: Feed = {
  title: "Soon",
  description: "",
  language: "en",
  authors: [],
  items: [],
};

/** A feed of so many ordinary articles. */
export function feedOf(count: number): Feed {
  return {
    ...gardenFeed,
    items: Array.from(
      { length: count },
      (_, number) => post(number, { title: `Article ${number}`, html: ARTICLE, categories: ["a"] }),
    ),
  };
}
