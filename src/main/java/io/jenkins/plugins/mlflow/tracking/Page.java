package io.jenkins.plugins.mlflow.tracking;

import java.util.List;

/**
 * One page of a search.
 *
 * @param items in the server's order
 * @param nextToken what to ask for the next page with, or null if this is the last
 */
public record Page<T>(List<T> items, String nextToken) {
    public Page {
        items = List.copyOf(items);
    }
}
