package io.jenkins.plugins.mlflow.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.function.Supplier;

/**
 * A file for a result. It is opened, and emptied, before the first request, so that nothing is promoted whose report cannot be
 * kept, and that a report of an earlier run is not taken for this one's.
 */
final class OutputFile {
    private final String option;
    private final String name;
    private final Path path;
    private OutputStream stream;
    private String problem;

    /** @param name as it was given */
    OutputFile(String option, String name, Path directory) {
        this.option = option;
        this.name = name;
        this.path = directory.resolve(name);
    }

    /**
     * Does nothing if it is open already.
     *
     * @throws IllegalArgumentException if it cannot be opened, saying why
     */
    void open() {
        if (stream == null && problem == null) {
            try {
                stream = Files.newOutputStream(path);
            } catch (IOException e) {
                problem = why(e);
            }
        }
        if (problem != null) {
            throw new IllegalArgumentException(toString());
        }
    }

    /** Whether both are the same regular file. */
    boolean isSame(Path other) {
        try {
            return Files.isRegularFile(path) && Files.exists(other) && Files.isSameFile(path, other);
        } catch (IOException e) {
            return false;
        }
    }

    Path path() {
        return path;
    }

    String option() {
        return option;
    }

    /** Leaves the file as it is if it is this policy. */
    void spare(Path policy) {
        if (isSame(policy)) {
            refuse("it is the policy");
        }
    }

    /** Leaves the file as it is. */
    void refuse(String why) {
        problem = why;
    }

    /**
     * Writes the whole text and closes the file, and reports what fails.
     *
     * @return whether nothing failed
     */
    boolean write(Supplier<String> text, PrintWriter err) {
        try {
            open();
            try (OutputStream opened = stream) {
                opened.write(text.get().getBytes(StandardCharsets.UTF_8));
            }
            return true;
        } catch (IOException e) {
            problem = why(e);
        } catch (RuntimeException e) {
            problem = problem == null ? e.toString() : problem;
        }
        err.println(this);
        return false;
    }

    private static String why(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "its folder does not exist";
        }
        if (e instanceof AccessDeniedException) {
            return "permission is denied";
        }
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : e.getMessage();
    }

    @Override
    public String toString() {
        return "option `--" + option + "`: the file `" + name + "` cannot be written: " + problem;
    }
}
