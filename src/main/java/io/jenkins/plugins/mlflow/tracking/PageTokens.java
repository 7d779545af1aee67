package io.jenkins.plugins.mlflow.tracking;

import java.util.HashSet;
import java.util.Set;

/** Follows a server from page to page: to the last one, never in a circle, and not for ever. */
final class PageTokens {
    /** In bytes, of all pages whose items are kept. */
    static final long MOST_BYTES = 64L << 20;

    private final int mostPages;
    private final long mostBytes;
    private final String endless;
    private final Set<String> seen = new HashSet<>();
    private String next = "";
    private int pages;
    private long bytes;

    /**
     * For a list that is kept.
     *
     * @param endless message of the error that there are more pages
     */
    PageTokens(int mostPages, String endless) {
        this(mostPages, MOST_BYTES, endless);
    }

    private PageTokens(int mostPages, long mostBytes, String endless) {
        this.mostPages = mostPages;
        this.mostBytes = mostBytes;
        this.endless = endless;
    }

    /** For items that are passed on and not kept. */
    static PageTokens ofStream(int mostPages, String endless) {
        return new PageTokens(mostPages, Long.MAX_VALUE, endless);
    }

    /** What to ask for the next page with; empty for the first, which the oldest servers want without a token. */
    String next() {
        return next;
    }

    /**
     * Takes the token of a page that was read.
     *
     * @return whether there is another page
     */
    boolean follow(JsonObject page) throws TrackingException {
        bytes += page.size();
        page.require(bytes <= mostBytes, "with more than " + (mostBytes >> 20) + " MiB in its pages");
        String token = page.nextPageToken();
        if (token.isEmpty()) {
            return false;
        }
        page.require(seen.add(token), "with the same page token again");
        pages++;
        if (pages == mostPages) {
            throw TrackingException.permanent(ErrorCategory.PROTOCOL, endless);
        }
        next = token;
        return true;
    }
}
