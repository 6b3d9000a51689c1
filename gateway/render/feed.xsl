<?xml version="1.0" encoding="UTF-8"?>
<!--
  The page of a feed: the RSS that rss.ts writes, in the form for people. XSLT 1.0 without extensions,
  because libxslt applies it on the server and some browsers still apply it to page.xml.

  - No scripts, no inline styles: the page's Content-Security-Policy allows neither.
  - Our own words are English and say so (lang="en"); everything from the feed has the feed's language
    and direction.
  - Links to this gateway's own routes are written without its origin, so that they work at every
    address by which the gateway is reached.
-->
<xsl:stylesheet version="1.0"
  xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
  xmlns:content="http://purl.org/rss/1.0/modules/content/"
  xmlns:media="http://search.yahoo.com/mrss/"
  xmlns:ourspace="urn:ourspace:feed:1"
  exclude-result-prefixes="content media ourspace">

  <xsl:output method="html" encoding="UTF-8" doctype-system="about:legacy-compat" indent="no"/>

  <!-- So many posts are shown whole, and of older ones that have a title only that. html.ts knows it too. -->
  <xsl:variable name="whole" select="20"/>

  <xsl:key name="link" match="ourspace:link" use="@rel"/>
  <xsl:variable name="channel" select="/rss/channel"/>
  <xsl:variable name="page" select="$channel/ourspace:page"/>
  <xsl:variable name="view" select="$page/@view"/>
  <xsl:variable name="identity" select="string($page/ourspace:identity)"/>
  <!-- The address's digits, in lower case: the page's colour and sign are made from them. -->
  <xsl:variable name="digits"
    select="translate(substring-after($identity, '0x'), 'ABCDEF', 'abcdef')"/>
  <!-- Empty on a custom domain: there the feed is the whole site. -->
  <xsl:variable name="path"
    select="substring-after(substring-after(key('link', 'page')/@href, '://'), '/')"/>

  <xsl:template match="/">
    <html lang="en" class="hue-{substring($digits, 1, 1)}">
      <xsl:if test="$page/@lang">
        <xsl:attribute name="lang"><xsl:value-of select="$page/@lang"/></xsl:attribute>
      </xsl:if>
      <xsl:if test="$page/@dir != 'auto'">
        <xsl:attribute name="dir"><xsl:value-of select="$page/@dir"/></xsl:attribute>
      </xsl:if>
      <xsl:call-template name="head"/>
      <body>
        <a class="skip" href="#posts" lang="en">Skip to the posts</a>
        <xsl:if test="$page/@stale = 'true'">
          <p class="notice" role="status" lang="en" dir="ltr">
            <strong>This may not be the newest version.</strong>
            <xsl:text> The network could not be asked just now; you see the last copy that was verified.</xsl:text>
          </p>
        </xsl:if>
        <xsl:if test="$view = 'feed'"><xsl:call-template name="subscribe-first"/></xsl:if>
        <div class="columns">
          <xsl:call-template name="who"/>
          <main id="posts"><xsl:call-template name="posts"/></main>
          <xsl:call-template name="about"/>
        </div>
        <xsl:call-template name="foot"/>
      </body>
    </html>
  </xsl:template>

  <!-- Where the feed says that it is at home. -->
  <xsl:variable name="home">
    <xsl:call-template name="host"><xsl:with-param name="url" select="$channel/link"/></xsl:call-template>
  </xsl:variable>

  <!-- head -->

  <xsl:template name="head">
    <head>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <title>
        <xsl:if test="$view = 'post'">
          <xsl:apply-templates select="$channel/item[1]" mode="name"/>
          <xsl:text> – </xsl:text>
        </xsl:if>
        <xsl:value-of select="$channel/title"/>
      </title>
      <xsl:if test="string($channel/description)">
        <meta name="description" content="{$channel/description}"/>
      </xsl:if>
      <!-- One of each: of several the first would count (The Open Graph protocol, "Arrays"). -->
      <xsl:variable name="post" select="$channel/item[$view = 'post']"/>
      <xsl:variable name="picture" select="$post/ourspace:post/ourspace:image"/>
      <xsl:for-each select="$post/title | $channel[not($post/title)]/title">
        <meta property="og:title" content="{.}"/>
      </xsl:for-each>
      <xsl:for-each select="$picture | $channel[not($picture)]/ourspace:image">
        <meta property="og:image" content="{@href}"/>
      </xsl:for-each>
      <xsl:choose>
        <xsl:when test="$view = 'post'">
          <link rel="canonical" href="{$channel/item[1]/ourspace:post/@href}"/>
        </xsl:when>
        <xsl:otherwise><link rel="canonical" href="{key('link', 'page')/@href}"/></xsl:otherwise>
      </xsl:choose>
      <xsl:for-each select="key('link', 'rss') | key('link', 'atom') | key('link', 'json')">
        <link rel="alternate" type="{@type}" title="{$channel/title}" href="{@href}"/>
      </xsl:for-each>
      <link rel="stylesheet" href="/page.css"/>
      <link rel="icon" type="image/svg+xml" href="/favicon.svg"/>
    </head>
  </xsl:template>

  <!-- Whose feed this is, and how to follow it -->

  <xsl:template name="who">
    <header class="who">
      <xsl:if test="$view = 'post'"><xsl:attribute name="class">who compact</xsl:attribute></xsl:if>
      <xsl:choose>
        <xsl:when test="$channel/ourspace:image">
          <img class="avatar" src="{$channel/ourspace:image/@href}" alt="{$channel/ourspace:image/@alt}"
            width="80" height="80"/>
        </xsl:when>
        <xsl:otherwise><xsl:call-template name="sign"/></xsl:otherwise>
      </xsl:choose>
      <div>
        <xsl:choose>
          <xsl:when test="$view = 'post'">
            <p class="site">
              <xsl:call-template name="direction"/>
              <a href="/{$path}"><xsl:value-of select="$channel/title"/></a>
            </p>
          </xsl:when>
          <xsl:otherwise>
            <h1>
              <xsl:call-template name="direction"/>
              <xsl:value-of select="$channel/title"/>
            </h1>
            <xsl:if test="string($channel/description)">
              <p class="lead">
                <xsl:call-template name="direction"/>
                <xsl:value-of select="$channel/description"/>
              </p>
            </xsl:if>
          </xsl:otherwise>
        </xsl:choose>
        <ul class="facts">
          <xsl:for-each select="$page/ourspace:name[@kind != 'identity']">
            <li>
              <xsl:choose>
                <xsl:when test=". = $home"><a rel="nofollow noopener" href="{$channel/link}"><xsl:value-of select="."/></a></xsl:when>
                <xsl:otherwise><bdi><xsl:value-of select="."/></bdi></xsl:otherwise>
              </xsl:choose>
              <xsl:if test="@verified = 'true'">
                <xsl:text> </xsl:text>
                <span class="badge" lang="en">verified</span>
              </xsl:if>
            </li>
          </xsl:for-each>
          <li>
            <a href="#identity"><bdi><code><xsl:value-of select="$page/ourspace:identity/@short"/></code></bdi></a>
          </li>
          <xsl:if test="$channel/link != key('link', 'page')/@href and $home != $page/ourspace:name">
            <li>
              <a rel="nofollow noopener" href="{$channel/link}"><bdi><xsl:value-of select="$home"/></bdi></a>
            </li>
          </xsl:if>
        </ul>
        <xsl:if test="$view = 'page'">
          <nav class="follow" aria-label="Follow this feed" lang="en">
            <a class="button" href="/{substring-after(substring-after(key('link', 'rss')/@href, '://'), '/')}">Follow</a>
            <xsl:call-template name="formats"/>
          </nav>
        </xsl:if>
      </div>
    </header>
  </xsl:template>

  <xsl:template name="formats">
    <ul class="formats" lang="en">
      <xsl:for-each select="key('link', 'rss')"><li><a href="{@href}?raw" type="{@type}">RSS</a></li></xsl:for-each>
      <xsl:for-each select="key('link', 'atom')"><li><a href="{@href}" type="{@type}">Atom</a></li></xsl:for-each>
      <xsl:for-each select="key('link', 'json')"><li><a href="{@href}" type="{@type}">JSON Feed</a></li></xsl:for-each>
    </ul>
  </xsl:template>

  <!-- Whoever follows the link to the feed itself is told what to do with it before all else. -->
  <xsl:template name="subscribe-first">
    <section class="subscribe" aria-label="Follow this feed" lang="en" dir="ltr">
      <p class="subscribe-title">This is a feed: new posts come to you.</p>
      <xsl:call-template name="address"/>
      <p>
        <xsl:text>Nothing to sign up for, no account needed. Any feed reader will do: NetNewsWire, Feedly, Thunderbird, newsboat and many more.</xsl:text>
      </p>
    </section>
  </xsl:template>

  <xsl:template name="address">
    <label for="address">Copy this address into your feed reader</label>
    <input id="address" type="text" readonly="readonly" value="{key('link', 'rss')/@href}" dir="ltr"
      spellcheck="false"/>
  </xsl:template>

  <!-- Posts -->

  <xsl:template name="posts">
    <xsl:choose>
      <xsl:when test="not($channel/item)">
        <div class="empty" lang="en" dir="ltr">
          <h2>No posts yet</h2>
          <p>Follow the feed, and the first one will come to you.</p>
        </div>
      </xsl:when>
      <xsl:otherwise>
        <xsl:apply-templates select="$channel/item[position() &lt;= $whole]"/>
      </xsl:otherwise>
    </xsl:choose>
    <xsl:if test="$channel/item[position() &gt; $whole]">
      <section class="earlier" aria-labelledby="earlier">
        <h2 id="earlier" lang="en">Earlier posts</h2>
        <xsl:for-each select="$channel/item[position() &gt; $whole]">
          <xsl:choose>
            <xsl:when test="string(title)"><xsl:apply-templates select="." mode="line"/></xsl:when>
            <xsl:otherwise><xsl:apply-templates select="."/></xsl:otherwise>
          </xsl:choose>
        </xsl:for-each>
      </section>
    </xsl:if>
    <xsl:if test="$view = 'post'">
      <p class="back" lang="en">
        <a href="/{$path}">
          <xsl:text>All posts of </xsl:text>
          <bdi><xsl:value-of select="$channel/title"/></bdi>
        </a>
      </p>
    </xsl:if>
  </xsl:template>

  <!-- What a post is called where it must have a name. -->
  <xsl:template match="item" mode="name">
    <xsl:choose>
      <xsl:when test="string(title)"><xsl:value-of select="title"/></xsl:when>
      <xsl:when test="ourspace:post/ourspace:published">
        <xsl:value-of select="ourspace:post/ourspace:published/@text"/>
      </xsl:when>
      <xsl:otherwise>A post</xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="item" mode="line">
    <p class="line">
      <xsl:copy-of select="ourspace:post/@lang"/>
      <a href="/{substring-after(substring-after(ourspace:post/@href, '://'), '/')}">
        <xsl:copy-of select="ourspace:post/@dir"/>
        <xsl:call-template name="direction"/>
        <xsl:value-of select="title"/>
      </a>
      <xsl:text> </xsl:text>
      <xsl:apply-templates select="ourspace:post/ourspace:published"/>
    </p>
  </xsl:template>

  <xsl:template match="item">
    <xsl:variable name="post" select="ourspace:post"/>
    <xsl:variable name="html">
      <xsl:choose>
        <xsl:when test="content:encoded"><xsl:value-of select="content:encoded"/></xsl:when>
        <xsl:otherwise><xsl:value-of select="description"/></xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <article>
      <xsl:copy-of select="$post/@lang | $post/@dir"/>
      <header>
        <xsl:choose>
          <xsl:when test="$view = 'post'">
            <h1>
              <xsl:if test="not(string(title))"><xsl:attribute name="class">unseen</xsl:attribute></xsl:if>
              <xsl:call-template name="direction"/>
              <xsl:apply-templates select="." mode="name"/>
            </h1>
          </xsl:when>
          <xsl:when test="string(title)">
            <h2>
              <xsl:call-template name="direction"/>
              <a href="/{substring-after(substring-after($post/@href, '://'), '/')}"><xsl:value-of select="title"/></a>
            </h2>
          </xsl:when>
        </xsl:choose>
        <ul class="facts">
          <li>
            <a href="/{substring-after(substring-after($post/@href, '://'), '/')}">
              <xsl:choose>
                <xsl:when test="$post/ourspace:published">
                  <xsl:apply-templates select="$post/ourspace:published"/>
                </xsl:when>
                <xsl:otherwise><span lang="en">Permanent link</span></xsl:otherwise>
              </xsl:choose>
            </a>
          </li>
          <xsl:if test="$post/ourspace:updated">
            <li><span lang="en">updated </span><xsl:apply-templates select="$post/ourspace:updated"/></li>
          </xsl:if>
          <xsl:for-each select="$post/ourspace:author">
            <li><xsl:apply-templates select="."/></li>
          </xsl:for-each>
        </ul>
      </header>
      <!-- A picture that the text shows already, or that a film shows before it plays, is not shown twice. -->
      <xsl:for-each select="$post/ourspace:image[
        not(@shown) and not(../../media:content[@medium = 'video' and not(@ourspace:shown)])]">
        <p class="picture"><img src="{@href}" alt="{@alt}" loading="lazy" decoding="async"/></p>
      </xsl:for-each>
      <xsl:if test="string($html)">
        <div class="prose">
          <xsl:call-template name="direction"/>
          <xsl:value-of select="$html" disable-output-escaping="yes"/>
        </div>
      </xsl:if>
      <xsl:apply-templates select="media:content[not(@ourspace:shown)]"/>
      <xsl:if test="category or link != $post/@href">
        <footer>
          <xsl:if test="category">
            <ul class="tags" aria-label="Topics">
              <xsl:for-each select="category"><li><bdi><xsl:value-of select="."/></bdi></li></xsl:for-each>
            </ul>
          </xsl:if>
          <xsl:if test="link != $post/@href">
            <p lang="en">
              <a rel="nofollow noopener" href="{link}">
                <xsl:text>Also at </xsl:text>
                <bdi><xsl:call-template name="host"><xsl:with-param name="url" select="link"/></xsl:call-template></bdi>
              </a>
            </p>
          </xsl:if>
        </footer>
      </xsl:if>
    </article>
  </xsl:template>

  <xsl:template match="ourspace:published | ourspace:updated">
    <time datetime="{@datetime}">
      <!-- Dates are in the feed's language, also beside a post in another one. -->
      <xsl:if test="../@lang">
        <xsl:copy-of select="$page/@lang"/>
        <xsl:attribute name="dir">auto</xsl:attribute>
      </xsl:if>
      <xsl:value-of select="@text"/>
    </time>
  </xsl:template>

  <xsl:template match="ourspace:author">
    <xsl:choose>
      <xsl:when test="@href">
        <a rel="nofollow noopener" href="{@href}"><bdi><xsl:value-of select="."/></bdi></a>
      </xsl:when>
      <xsl:otherwise><bdi><xsl:value-of select="."/></bdi></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Enclosures -->

  <xsl:template match="media:content">
    <figure class="media">
      <xsl:choose>
        <xsl:when test="@medium = 'image'">
          <img src="{@url}" alt="{media:title}" loading="lazy" decoding="async"/>
        </xsl:when>
        <xsl:when test="@medium = 'audio'">
          <audio controls="controls" preload="none" src="{@url}">
            <xsl:call-template name="media-label"/>
          </audio>
        </xsl:when>
        <xsl:when test="@medium = 'video'">
          <video controls="controls" preload="none" playsinline="playsinline" src="{@url}">
            <xsl:call-template name="media-label"/>
            <xsl:for-each select="../ourspace:post/ourspace:image">
              <xsl:attribute name="poster"><xsl:value-of select="@href"/></xsl:attribute>
            </xsl:for-each>
          </video>
        </xsl:when>
      </xsl:choose>
      <figcaption>
        <xsl:if test="media:title"><bdi><xsl:value-of select="media:title"/></bdi></xsl:if>
        <xsl:if test="@ourspace:time"><span><xsl:value-of select="@ourspace:time"/></span></xsl:if>
        <a href="{@url}" download="download" type="{@type}" lang="en">
          <xsl:text>Download</xsl:text>
          <xsl:if test="@ourspace:size"> (<xsl:value-of select="@ourspace:size"/>)</xsl:if>
        </a>
        <xsl:if test="@medium = 'document'"><span><xsl:value-of select="@type"/></span></xsl:if>
      </figcaption>
    </figure>
  </xsl:template>

  <xsl:template name="media-label">
    <xsl:attribute name="aria-label">
      <xsl:choose>
        <xsl:when test="media:title"><xsl:value-of select="media:title"/></xsl:when>
        <xsl:otherwise><xsl:apply-templates select=".." mode="name"/></xsl:otherwise>
      </xsl:choose>
    </xsl:attribute>
  </xsl:template>

  <!-- Beside the posts: following, identity, proof -->

  <xsl:template name="about">
    <aside class="about" lang="en" dir="ltr" aria-label="About this feed">
      <section>
        <h2>Follow</h2>
        <xsl:if test="$view != 'feed'"><xsl:call-template name="address"/></xsl:if>
        <xsl:if test="$view != 'page'"><xsl:call-template name="formats"/></xsl:if>
      </section>
      <section id="identity">
        <h2>Identity</h2>
        <xsl:if test="$page/ourspace:pay">
          <img class="qr" alt="QR code of {$page/ourspace:pay/@href}" width="160" height="160" loading="lazy"
            src="/{substring-after(substring-after(key('link', 'qr')/@href, '://'), '/')}"/>
        </xsl:if>
        <p><code class="long"><xsl:value-of select="$identity"/></code></p>
        <xsl:apply-templates select="$page/ourspace:name[@kind != 'identity']"/>
        <xsl:if test="$page/ourspace:pay">
          <p><a class="button quiet" href="{$page/ourspace:pay/@href}">Send money</a></p>
        </xsl:if>
      </section>
      <xsl:call-template name="proof"/>
    </aside>
  </xsl:template>

  <xsl:template match="ourspace:name">
    <p class="standing">
      <xsl:choose>
        <xsl:when test="@verified = 'true'">
          <strong><bdi><xsl:value-of select="."/></bdi></strong>
          <xsl:text> is verified: the domain names this account, and the signed feed names the domain.</xsl:text>
        </xsl:when>
        <xsl:otherwise>
          <xsl:text>Shown at </xsl:text>
          <strong><bdi><xsl:value-of select="."/></bdi></strong>
          <xsl:text>: the domain names this account. The feed itself does not name the domain.</xsl:text>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:if test="@authenticated = 'true'">
        <xsl:text> DNSSEC vouches for the domain’s record.</xsl:text>
      </xsl:if>
    </p>
  </xsl:template>

  <xsl:template name="proof">
    <xsl:variable name="pointer" select="$page/ourspace:pointer"/>
    <details class="proof">
      <summary>Proof</summary>
      <dl>
        <dt>Signed by</dt>
        <dd>
          <code class="long"><xsl:value-of select="$identity"/></code>
          <xsl:choose>
            <xsl:when test="$page/ourspace:identity/@kind = 'contract'"> (a contract account)</xsl:when>
            <xsl:otherwise> (a wallet)</xsl:otherwise>
          </xsl:choose>
        </dd>
        <dt>Signed on</dt>
        <dd>
          <time datetime="{$pointer/@published}">
            <xsl:copy-of select="$page/@lang"/>
            <xsl:value-of select="$pointer/@text"/>
          </time>
        </dd>
        <dt>Content</dt>
        <dd>
          <a href="/{substring-after(substring-after(key('link', 'content')/@href, '://'), '/')}">
            <code class="long"><xsl:value-of select="$pointer/@cid"/></code>
          </a>
        </dd>
        <xsl:if test="$pointer/ourspace:location">
          <dt>Also at</dt>
          <xsl:for-each select="$pointer/ourspace:location">
            <dd><a class="long" rel="nofollow noopener" href="{.}"><xsl:value-of select="."/></a></dd>
          </xsl:for-each>
        </xsl:if>
        <dt>The text that was signed</dt>
        <dd><pre><xsl:value-of select="$pointer/ourspace:text"/></pre></dd>
        <dt>Its signature</dt>
        <dd><code class="long"><xsl:value-of select="$pointer/@signature"/></code></dd>
      </dl>
      <h3>Check it yourself</h3>
      <p>
        <xsl:text>Give the address, the text and the signature to any tool that verifies a signed Ethereum message (EIP-191), such as </xsl:text>
        <code>cast wallet verify</code>
        <xsl:text>. The content address is made of the content’s hash, so no gateway can change a word.</xsl:text>
      </p>
      <ul>
        <li><a href="/{substring-after(substring-after(key('link', 'pointer')/@href, '://'), '/')}">The signed record</a></li>
        <li><a href="/{substring-after(substring-after(key('link', 'proof')/@href, '://'), '/')}">How this gateway found it</a></li>
      </ul>
    </details>
  </xsl:template>

  <xsl:template name="foot">
    <footer class="foot" lang="en" dir="ltr">
      <p>
        <xsl:text>Published by its author, not by this website: every OurSpace gateway shows the same feed under </xsl:text>
        <code class="long">/<xsl:value-of select="$identity"/></code>
        <xsl:text>.</xsl:text>
      </p>
      <xsl:if test="$path != ''"><p><a href="/">What is OurSpace?</a></p></xsl:if>
    </footer>
  </xsl:template>

  <!-- Small helpers -->

  <!-- When nobody says in what language a text is, it decides its direction by itself. -->
  <xsl:template name="direction">
    <xsl:if test="$page/@dir = 'auto' and not(ourspace:post/@lang)">
      <xsl:attribute name="lang"/>
      <xsl:attribute name="dir">auto</xsl:attribute>
    </xsl:if>
  </xsl:template>

  <xsl:template name="host">
    <xsl:param name="url"/>
    <xsl:value-of select="substring-before(concat(substring-after($url, '://'), '/'), '/')"/>
  </xsl:template>

  <!-- A sign made of the address, for feeds without a picture: 5 by 5 fields, mirrored. -->
  <xsl:template name="sign">
    <svg xmlns="http://www.w3.org/2000/svg" class="avatar sign" viewBox="-1 -1 7 7" width="80" height="80"
      aria-hidden="true">
      <xsl:call-template name="sign-field"/>
    </svg>
  </xsl:template>

  <xsl:template name="sign-field">
    <xsl:param name="field" select="0"/>
    <xsl:variable name="column" select="$field mod 3"/>
    <xsl:variable name="row" select="floor($field div 3)"/>
    <xsl:if test="contains('02468ace', substring($digits, $field + 2, 1))">
      <rect xmlns="http://www.w3.org/2000/svg" x="{$column}" y="{$row}" width="1" height="1"/>
      <xsl:if test="$column != 2">
        <rect xmlns="http://www.w3.org/2000/svg" x="{4 - $column}" y="{$row}" width="1" height="1"/>
      </xsl:if>
    </xsl:if>
    <xsl:if test="$field &lt; 14">
      <xsl:call-template name="sign-field">
        <xsl:with-param name="field" select="$field + 1"/>
      </xsl:call-template>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
