package io.jenkins.plugins.mlflow;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** Reads a folder that Jenkins writes to at the same time: a file may be renamed or deleted after it was listed, and is left out then. */
public final class FilesOfHome extends SimpleFileVisitor<Path> {
    private final Map<Path, String> texts = new TreeMap<>();

    private FilesOfHome() {}

    /** The text of every file below the folder, byte for character, by its path relative to the folder. */
    public static Map<Path, String> read(Path folder) throws IOException {
        FilesOfHome files = new FilesOfHome();
        Files.walkFileTree(folder, files);
        Map<Path, String> relative = new TreeMap<>();
        files.texts.forEach((file, text) -> relative.put(folder.relativize(file), text));
        return relative;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        if (!attributes.isRegularFile()) {
            return FileVisitResult.CONTINUE;
        }
        try {
            texts.put(file, Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return visitFileFailed(file, e);
        }
        return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
        if (failure instanceof NoSuchFileException) {
            return FileVisitResult.CONTINUE;
        }
        throw failure;
    }

    /** A folder that vanishes while it is listed is left out, too. */
    @Override
    public FileVisitResult postVisitDirectory(Path folder, IOException failure) throws IOException {
        return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(folder, failure);
    }
}
