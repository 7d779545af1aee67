package io.jenkins.plugins.mlflow.training;

import hudson.FilePath;
import hudson.remoting.VirtualChannel;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jenkins.MasterToSlaveFileCallable;

/** Work on the files of an agent that ends in time, whether the agent responds or not. */
final class AgentFiles {
    private static final long DEADLINE_SECONDS = 20;

    private AgentFiles() {}

    /** @throws IOException also if the agent did not respond within 20 s */
    static <T> T act(FilePath file, MasterToSlaveFileCallable<T> work) throws IOException, InterruptedException {
        try {
            return file.actAsync(work).get(DEADLINE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new IOException("the agent did not respond within " + DEADLINE_SECONDS + " s", e);
        } catch (ExecutionException e) {
            throw new IOException(String.valueOf(e.getCause().getMessage()), e.getCause());
        }
    }

    static void write(FilePath file, String text) throws IOException, InterruptedException {
        act(file, new Write(text));
    }

    static void delete(FilePath file) throws IOException, InterruptedException {
        act(file, new Delete());
    }

    private static final class Write extends MasterToSlaveFileCallable<Void> {
        private static final long serialVersionUID = 1L;
        private final String text;

        Write(String text) {
            this.text = text;
        }

        @Override
        public Void invoke(File file, VirtualChannel channel) throws IOException {
            Files.createDirectories(file.getParentFile().toPath());
            Files.writeString(file.toPath(), text, StandardCharsets.UTF_8);
            // A container may run as another user.
            if (!file.setReadable(true, false)) {
                throw new IOException("cannot make " + file + " readable");
            }
            return null;
        }
    }

    private static final class Delete extends MasterToSlaveFileCallable<Void> {
        private static final long serialVersionUID = 1L;

        @Override
        public Void invoke(File file, VirtualChannel channel) throws IOException {
            Files.deleteIfExists(file.toPath());
            return null;
        }
    }
}
