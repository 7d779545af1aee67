package io.jenkins.plugins.mlflow.policy;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeId;
import org.yaml.snakeyaml.parser.Parser;

/**
 * Remembers which nodes were written with a tag. The library's nodes do not distinguish a tag that was written from one that was
 * guessed, as for {@code !!float 0.5} and {@code 0.5}.
 */
final class TagFinder implements Parser {
    private final Parser parser;
    /** By the kind of node, because a mapping starts where its first key does. */
    private final Map<NodeId, Set<Integer>> tagged = new EnumMap<>(NodeId.class);

    TagFinder(Parser parser) {
        this.parser = parser;
    }

    boolean isTagged(Node node) {
        return tagged.getOrDefault(node.getNodeId(), Set.of())
                .contains(node.getStartMark().getIndex());
    }

    @Override
    public boolean checkEvent(Event.ID choice) {
        return parser.checkEvent(choice);
    }

    @Override
    public Event peekEvent() {
        return parser.peekEvent();
    }

    @Override
    public Event getEvent() {
        Event event = parser.getEvent();
        if (event instanceof ScalarEvent scalar && scalar.getTag() != null) {
            found(NodeId.scalar, event);
        } else if (event instanceof CollectionStartEvent collection && collection.getTag() != null) {
            found(event instanceof MappingStartEvent ? NodeId.mapping : NodeId.sequence, event);
        }
        return event;
    }

    private void found(NodeId kind, Event event) {
        tagged.computeIfAbsent(kind, key -> new HashSet<>())
                .add(event.getStartMark().getIndex());
    }
}
