package io.jenkins.plugins.mlflow.trigger;

import io.jenkins.plugins.mlflow.policy.Json;
import io.jenkins.plugins.mlflow.report.JsonFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;

/**
 * The file of the events that wait: one line for each that was taken, and one for each that was dealt with. A line is with the
 * operating system when a method returns, so that it outlives the process. Not safe for several threads.
 */
final class EventJournal {
    private static final Logger LOGGER = Logger.getLogger(EventJournal.class.getName());

    /** The file is rewritten once it has this many obsolete lines. */
    private static final int MOST_USELESS_LINES = 2_000;

    private final Path folder;
    private final Path file;
    private FileChannel channel;
    private int lines;
    /** Whether the last line may not be complete, so that it has to be ended first. */
    private boolean cutOff;

    /** @param name of the file in the folder, which is made when it is needed */
    EventJournal(Path folder, String name) {
        this.folder = folder;
        this.file = folder.resolve(name);
    }

    /** The events that were not dealt with, in the order in which they came. A line that was cut off is left out. */
    List<WaitingEvent> load() throws IOException {
        Map<Long, WaitingEvent> waiting = new LinkedHashMap<>();
        try {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\n")) {
                read(line, waiting);
            }
        } catch (NoSuchFileException e) {
            LOGGER.log(Level.FINE, "No event waits in {0}", file);
        }
        rewrite(waiting.values());
        return new ArrayList<>(waiting.values());
    }

    private void read(String line, Map<Long, WaitingEvent> waiting) {
        if (line.isBlank()) {
            return;
        }
        try {
            Map<?, ?> map = (Map<?, ?>) Json.read(line);
            long id = Json.integer(map, "id");
            if (Json.isTrue(map, "done")) {
                waiting.remove(id);
            } else {
                waiting.put(
                        id,
                        new WaitingEvent(
                                id,
                                Json.text(map, "registry"),
                                Json.text(map, "destination"),
                                Objects.requireNonNullElse(Json.text(map, "folder"), ""),
                                Events.fromMap(map),
                                Instant.parse(Json.text(map, "since"))));
            }
        } catch (RuntimeException e) {
            LOGGER.log(
                    Level.WARNING,
                    e,
                    () -> "A line of " + file + " is no event and is left out. Jenkins may have been killed"
                            + " while it was written");
        }
    }

    void add(WaitingEvent event) throws IOException {
        append(line(event));
    }

    private static String line(WaitingEvent event) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("id", event.id());
        map.put("registry", event.registry());
        map.put("destination", event.destination());
        map.put("folder", event.folder());
        map.putAll(Events.toMap(event.event()));
        map.put("since", event.since().toString());
        return Json.write(map);
    }

    /** @param waiting what is left, in its order */
    void done(WaitingEvent event, Collection<WaitingEvent> waiting) throws IOException {
        append(Json.write(Map.of("id", event.id(), "done", true)));
        if (lines > 2 * waiting.size() + MOST_USELESS_LINES) {
            rewrite(waiting);
        }
    }

    private void append(String line) throws IOException {
        if (channel == null || !channel.isOpen()) {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        }
        ByteBuffer bytes = ByteBuffer.wrap(((cutOff ? "\n" : "") + line + "\n").getBytes(StandardCharsets.UTF_8));
        cutOff = true;
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        cutOff = false;
        lines++;
    }

    private void rewrite(Collection<WaitingEvent> waiting) throws IOException {
        close();
        StringBuilder text = new StringBuilder();
        waiting.forEach(event -> text.append(line(event)).append('\n'));
        if (Files.exists(file) || !waiting.isEmpty()) {
            JsonFile.replace(file, text.toString());
        }
        lines = waiting.size();
        cutOff = false;
    }

    void close() throws IOException {
        if (channel != null) {
            channel.close();
            channel = null;
        }
    }
}
